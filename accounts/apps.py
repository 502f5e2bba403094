from django.apps import AppConfig

from legend.lib.registries import SettingsPage, belongings, settings_pages


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from .belongings import BELONGINGS

        settings_pages.add(SettingsPage("accounts:profile", "Profile", "user-circle"))
        settings_pages.add(SettingsPage("accounts:privacy", "Privacy", "eye"))
        settings_pages.add(SettingsPage("accounts:preferences", "Preferences", "adjustments-horizontal"))
        settings_pages.add(SettingsPage("accounts:notifications", "Notifications", "bell"))
        settings_pages.add(SettingsPage("accounts:keys", "API keys", "key"))
        settings_pages.add(SettingsPage("accounts:change_password", "Password", "lock"))
        settings_pages.add(SettingsPage("accounts:change_address", "E-mail", "mail"))
        settings_pages.add(SettingsPage("accounts:sessions", "Sign-ins", "device-desktop"))
        settings_pages.add(SettingsPage("accounts:export", "Take your data", "download"))
        settings_pages.add(SettingsPage("accounts:close", "Close account", "door-exit"))
        belongings.add(BELONGINGS)
