"""The console's look: its stylesheet, fonts and theme script, served from a path that names their content."""

import hashlib
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from passgate.console.edge import MOUNT_PATH

_FOLDER = Path(__file__).parent / "assets"
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


class _Unchanging(StaticFiles):
    """Files whose path names their content, so that a browser asks once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_FOREVER)
        return response


class Theme:
    """The look, read once."""

    def __init__(self) -> None:
        self.stylesheet = "\n".join(file.read_text() for file in sorted((_FOLDER / "styles").glob("*.css")))
        script = (_FOLDER / "theme.js").read_text()
        self.digest = hashlib.sha256((self.stylesheet + script).encode()).hexdigest()[:12]

    @property
    def path(self) -> str:
        """Where the browser finds the files."""
        return f"{MOUNT_PATH}/assets/{self.digest}"

    @property
    def head(self) -> str:
        """What every page has in its head. The script comes first: it sets the theme before anything is painted."""
        return (
            f'<script src="{self.path}/theme.js"></script>'
            f'<link rel="stylesheet" href="{self.path}/console.css">'
            f'<link rel="preload" href="{self.path}/fonts/inter.woff2" as="font" type="font/woff2" crossorigin>'
        )

    def mount(self) -> Mount:
        """The route of the files."""

        async def stylesheet(_request: object) -> Response:
            return Response(self.stylesheet, media_type="text/css", headers=_FOREVER)

        files = Starlette(routes=[Route("/console.css", stylesheet), Mount("/", _Unchanging(directory=_FOLDER))])
        return Mount(self.path, app=files)
