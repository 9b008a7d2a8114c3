"use strict";

// The calls that one tries out here carry the browser's session cookie, or a personal token put in by "Authorize".
SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  tagsSorter: "alpha",
  validatorUrl: null,
});
