"""The frame around every page: sidebar, top bar, content."""

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element

from passgate.console.bell import bell, letter_box
from passgate.console.components.button import link_button
from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import initials
from passgate.console.icons import LOGO
from passgate.console.navigation import active_area, areas_of
from passgate.console.palette import open_palette
from passgate.console.password import ask_for_new_password
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission

_THEMES = (("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "System", "system"))


def frame(visit: Visit, actor: Actor, content: Callable[[], object]) -> None:
    """Build the frame, and the content inside it."""
    Words("Skip to the content", "a", "pg-skip").props('href="#content"')
    with box("pg-shell"):
        _sidebar(visit, actor)
        with box("pg-main"):
            _topbar(visit, actor)
            with box("pg-content").props('id="content" tabindex="-1"'):
                content()


def guest_frame(content: Callable[[], object], *, sign_in: str) -> None:
    """The frame of pages that need no sign-in: the mark, the way in, the content."""
    Words("Skip to the content", "a", "pg-skip").props('href="#content"')
    with box("pg-main pg-guest"):
        with box("pg-topbar", "header"):
            with box("pg-brand", "a").props(f'href="{MOUNT_PATH}/portal" aria-label="Passgate, portal"'):
                ui.html(LOGO, sanitize=False, tag="span").style("line-height: 0")
                Words("Developer portal", "span", "pg-brand-name")
            box("pg-grow")
            link_button("Sign in", f"{sign_in}?next={MOUNT_PATH}/portal", kind="primary")
        with box("pg-content").props('id="content" tabindex="-1"'):
            content()


def _sidebar(visit: Visit, actor: Actor) -> None:
    items: list[tuple[str, Element]] = []
    with box("pg-sidebar", "aside"):
        with box("pg-brand", "a").props(f'href="{MOUNT_PATH}/" aria-label="Passgate, overview"'):
            ui.html(LOGO, sanitize=False, tag="span").style("line-height: 0")
            Words("Passgate", "span", "pg-brand-name")
        with box("pg-nav", "nav").props('aria-label="Areas"'):
            for group, areas in areas_of(actor).items():
                with box("pg-nav-group"):
                    if group:
                        Words(group, "div", "pg-nav-title")
                    for area in areas:
                        with box("pg-nav-item", "a") as item:
                            item.props(f'href="{area.href}" title="{area.title}"')
                            icon(area.icon)
                            Words(area.title)
                        items.append((area.path, item))
        with box("pg-sidebar-foot"), box("pg-nav-item", "a").props('href="/api/docs" target="_blank" title="API docs"'):
            icon("book")
            Words("API docs")

    def mark(path: str) -> None:
        active = active_area(path)
        for own, item in items:
            if active is not None and own == active.path:
                item.props("aria-current=page")
            else:
                item.props(remove="aria-current")

    mark(visit.client.sub_pages_router.current_path)
    visit.client.sub_pages_router.on_path_changed(mark)


def _topbar(visit: Visit, actor: Actor) -> None:
    async def search() -> None:
        await open_palette(visit)

    with box("pg-topbar", "header"):
        with box("pg-search-button", "button").props('type=button data-search aria-label="Search"').on("click", search):
            icon("search")
            Words("Search…")
            Words("Ctrl K", "kbd", "pg-kbd")
        box("pg-grow")
        if actor.teams_with(Permission.ALERT_READ) != frozenset():
            bell(visit)
        if actor.teams_with(Permission.SUBSCRIPTION_READ) != frozenset():
            letter_box(visit)
        _user_menu(visit, actor)


def _user_menu(visit: Visit, actor: Actor) -> None:
    def change_password() -> None:
        menu.close()
        ask_for_new_password(visit)

    with box("pg-user-button", "button").props('type=button aria-label="Your account and theme" aria-haspopup=menu'):
        Words(initials(actor.name), "span", "pg-avatar")
        with ui.menu().props('anchor="bottom right" self="top right" :offset="[0, 6]"') as menu:
            with box().style("padding: 7px 10px 9px"):
                Words(actor.name, "div", "pg-strong")
                Words("Administrator" if actor.everywhere else "Member", "div", "pg-small pg-faint")
            box("pg-menu-line")
            Words("Theme", "div", "pg-small pg-faint").style("padding: 3px 10px")
            for choice, label, symbol in _THEMES:
                item = box("pg-menu-item", "button").props(f"type=button data-theme-option={choice}")
                with item.on("click", js_handler=f"() => window.passgateTheme.choose('{choice}')"):
                    icon(symbol)
                    Words(label)
            box("pg-menu-line")
            change = box("pg-menu-item", "button").props("type=button")
            with change.on("click", change_password):
                icon("key")
                Words("Change password")
            form = box("pg-menu-form", "form").props(f'method=post action="{MOUNT_PATH}/sign-out"')
            with form, box("pg-menu-item", "button").props("type=submit"):
                icon("exit")
                Words("Sign out")
