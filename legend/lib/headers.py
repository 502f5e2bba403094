"""What answers tell browsers and caches besides the policies of Django and django-csp."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

UNUSED = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), midi=(), browsing-topics=()"


class Headers:
    """What somebody signed in was told is stored nowhere; all else is asked for anew. No page uses cameras and the like."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", UNUSED)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            personal = request.user.is_authenticated
            response["Cache-Control"] = "private, no-store" if personal else "private, no-cache"
        return response
