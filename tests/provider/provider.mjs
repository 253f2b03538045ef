// A certified provider of identities for the browser suite: node provider.mjs PORT ADDRESS FOLDER. ADDRESS is the application's,
// FOLDER where the library was installed. Whoever gives a name is taken at his word; his address is that name at exemple.bj, and
// verified. Its pages are its own: the library's load a font from elsewhere.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [port, address, folder] = process.argv.slice(2);
const library = join(folder, 'node_modules', 'oidc-provider', 'lib', 'index.js');
const { Provider } = await import(pathToFileURL(library).href);
const page = (body) => `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Ministère</title>
  <link rel="icon" href="data:,"><h1>Compte du ministère</h1>${body}`;

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  claims: { email: ['email', 'email_verified'] },
  clients: [{
    client_id: 'tableau',
    client_secret: process.env.OIDC_CLIENT_SECRET,
    redirect_uris: [`${address}/connexion/retour`],
    post_logout_redirect_uris: [`${address}/connexion`],
  }],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      logoutSource: (ctx, form) => {
        ctx.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">Fermer</button>`);
      },
    },
  },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@exemple.bj`, email_verified: true }),
  }),
  interactions: { url: (_, interaction) => `/qui/${interaction.uid}` },
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256' }] },
  // Nobody is asked whether the application may know who he is: it is the ministry's own.
  loadExistingGrant: async (ctx) => {
    const { account, client, session } = ctx.oidc;
    const known = session.grantIdFor(client.clientId);
    const grant = (known && await provider.Grant.find(known))
      ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    grant.addOIDCScope('openid email');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { Grant: 600, Session: 600, Interaction: 600, IdToken: 300, AccessToken: 300 },
});

const callback = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith('/qui/')) {
    callback(request, response);
  } else if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html');
    response.end(page('<form method="post"><label>Nom <input name="nom"></label><button>Entrer</button></form>'));
  } else {
    let body = '';
    for await (const part of request) body += part;
    const accountId = new URLSearchParams(body).get('nom');
    await provider.interactionFinished(request, response, { login: { accountId } });
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
