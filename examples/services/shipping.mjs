// Shipping: a service in Node. jose verifies Passgate's tokens against its key set; nothing of Passgate is installed.
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";

const issuer = process.env.PASSGATE_URL;
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", issuer));

async function caller(request) {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: "shipping",
    typ: "at+jwt",
    algorithms: ["ES256"],
    requiredClaims: ["sub", "exp", "iat", "jti", "client_id"],
  });
  if (!(payload.scope ?? "").split(" ").includes("shipping.read")) throw new Error("the token lacks shipping.read");
  return payload;
}

createServer(async (request, response) => {
  let status = 200, body;
  try {
    const { client_id } = await caller(request);
    body = { order: Number(request.url.split("/").at(-1)), state: "on its way", asked_by: client_id };
  } catch (error) {
    [status, body] = [401, { detail: error.message }];
    response.setHeader("WWW-Authenticate", 'Bearer error="invalid_token"');
  }
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}).listen(Number(process.env.PORT), "127.0.0.1");
