"""What kind of browser or program a user-agent line speaks of."""

# the first that occurs; Edge and Opera also call themselves Chrome, and Chrome calls itself Safari
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("HeadlessChrome/", "Chrome"), ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python-", "Python"), ("Go-http-client", "Go"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """In words for people: `Firefox on Windows`; what cannot be told is said to be unknown."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or (agent.split("/")[0][:40] if agent else "Unknown device")
