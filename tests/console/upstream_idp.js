// An identity provider as companies have one: node oidc-provider, with a sign-in page that takes any known name.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { port, clients, people, jwks } = JSON.parse(process.argv[1]);
const issuer = `http://127.0.0.1:${port}`;
const scopes = "openid email profile groups";

const provider = new Provider(issuer, {
  clients,
  jwks,
  // Its own fetch refuses the loopback, where a test lives.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  cookies: { keys: ["of a test"] },
  scopes: scopes.split(" "),
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_ctx, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  async loadExistingGrant(ctx) {
    const { client, session, provider: own } = ctx.oidc;
    const grant = new own.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(scopes);
    await grant.save();
    return grant;
  },
});

provider.on("backchannel.error", (_ctx, error, client) => console.error(`${client.clientId} was not told: ${error.cause ?? error}`));
const answer = provider.callback();
const page = '<!doctype html><title>Company</title><h1>Company account</h1><form method="post"><label>Name <input name="name"></label> <button>Continue</button></form>';

createServer(async (request, response) => {
  if (!request.url.startsWith("/sign-in/")) return answer(request, response);
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html");
    return response.end(page);
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const accountId = new URLSearchParams(body).get("name");
  return provider.interactionFinished(request, response, { login: { accountId } });
}).listen(port, "127.0.0.1", () => console.log("ready"));
