// A real OpenID provider on this machine: whoever comes says who it is and how strong the sign-in is.
//
// Invariant: it is certified software that knows nothing of ours; only its page for signing in is made here.
import { createServer } from "node:http";
import { once } from "node:events";
import Provider from "oidc-provider";

const SCOPE = "openid profile";

/** A port that nobody listens on now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a provider for one client; `stop` ends it, `begin` starts it again on the same port. */
export async function provider({ client, secret, origin, id }) {
  const port = await freePort();
  // Another name than the service, so that cookies of one are not those of the other.
  const issuer = `http://localhost:${port}`;
  const oidc = new Provider(issuer, {
    clients: [{
      client_id: client, client_secret: secret, require_auth_time: true,
      redirect_uris: [`${origin}/sign-in/with/${id}/back`],
      post_logout_redirect_uris: [`${origin}/sign-in`],
      backchannel_logout_uri: `${origin}/sign-in/with/${id}/sign-out`,
      backchannel_logout_session_required: true,
    }],
    acrValues: ["low", "high"],
    claims: { openid: ["sub", "acr", "amr", "auth_time", "sid"] },
    cookies: { keys: ["a key of a test"] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource } },
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `/let-in/${interaction.uid}` },
    // It asks no address of this machine by itself; here the service is on one.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant,
  });
  const errors = [];
  oidc.on("server_error", (_, error) => errors.push(error));
  oidc.on("backchannel.error", (_, error) => errors.push(error));
  const answer = oidc.callback();
  let server;
  const begin = async () => {
    server = createServer((request, response) => {
      if (request.url.startsWith("/let-in/")) return letIn(oidc, request, response);
      return answer(request, response);
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  await begin();
  return { issuer, begin, stop, errors };
}

async function loadExistingGrant(ctx) {
  const { client, session, provider: oidc } = ctx.oidc;
  const grant = new oidc.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPE);
  await grant.save();
  return grant;
}

/** The page for signing in: who, and how. */
async function letIn(oidc, request, response) {
  if (request.method === "GET") {
    const { uid } = await oidc.interactionDetails(request, response);
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>IdP</title><h1>IdP</h1><form method="post" action="/let-in/${uid}">
      <input name="who"><input name="acr" value="high"><button name="way" value="in">In</button>
      <button name="way" value="back">Back</button></form>`);
    return;
  }
  let text = "";
  for await (const part of request) text += part;
  const form = new URLSearchParams(text);
  const result = form.get("way") === "back"
    ? { error: "access_denied" }
    : { login: { accountId: form.get("who"), acr: form.get("acr"), amr: ["pwd"], remember: true } };
  await oidc.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function logoutSource(ctx, form) {
  ctx.body = `<!doctype html><title>IdP</title><h1>Out</h1>${form}
    <button form="op.logoutForm" name="logout" value="yes">Yes</button>`;
}
