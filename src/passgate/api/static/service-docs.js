"use strict";

// The document lies beside this page. Calls that one tries out carry the token that one put in by "Authorize", and
// never the browser's session: the gate takes tokens only.
const asked = new URLSearchParams(window.location.search);
const version = asked.get("version");
if (window.parent.document.documentElement.dataset.theme === "dark") {
  document.documentElement.classList.add("dark");
}
SwaggerUIBundle({
  url: "openapi.json" + (version ? "?version=" + encodeURIComponent(version) : ""),
  dom_id: "#docs",
  deepLinking: false,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (!new URL(request.url, window.location.href).pathname.startsWith("/api/v1/portal/")) {
      request.credentials = "omit";
    }
    return request;
  },
});
