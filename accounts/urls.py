"""Pages of people."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/demo", views.demo, name="demo"),
    path("sign-out", views.sign_out, name="sign_out"),
]
