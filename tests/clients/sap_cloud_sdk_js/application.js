// An application as people write it with the SAP Cloud SDK for JavaScript. It knows nothing but its VCAP_SERVICES.
//
// It plays the scenes below one after another and prints, as its last line, one JSON object: scene -> what the
// application saw. Each request carries the name of its scene, so that the backend's side of it can be found.
// USER_NAME and USER_PASSWORD belong to a person of the subaccount; the application logs in for them.
'use strict';

const { getDestination, getServiceBinding } = require('@sap-cloud-sdk/connectivity');
const { executeHttpRequest } = require('@sap-cloud-sdk/http-client');
const { setGlobalLogLevel } = require('@sap-cloud-sdk/util');

setGlobalLogLevel('error');

const service = '/sap/opu/odata/sap/ORDERS';

const scenes = {
  destination: async () => {
    const found = await getDestination({ destinationName: 'orders' });
    return {
      name: found.name,
      url: found.url,
      proxyType: found.proxyType,
      proxyHost: found.proxyConfiguration.host,
      proxyPort: String(found.proxyConfiguration.port),
      locationId: found.cloudConnectorLocationId
    };
  },

  missing: () => getDestination({ destinationName: 'no-such-destination' }),

  read: scene =>
    call(scene, 'orders', {
      url: `${service}/Orders`,
      params: { $top: 2, $filter: encodeURIComponent("Customer eq 'Müller & Söhne'") }
    }),

  // The SDK's middleware fetches a CSRF token, with HEAD, before it writes.
  create: scene =>
    call(scene, 'orders', { method: 'post', url: `${service}/Orders`, data: { Customer: 'Müller', Amount: '7.50' } }),

  // Without the middleware the backend refuses: the proof that the scene above needed it.
  createWithoutToken: scene =>
    call(
      scene,
      'orders',
      { method: 'post', url: `${service}/Orders`, data: { Customer: 'Müller' } },
      { fetchCsrfToken: false }
    ),

  // A key with an encoded slash has to arrive as it was written.
  encoded: scene => call(scene, 'orders', { url: '/echo/Orders(%27A%2FB%27)' }),

  // Credentials of the destination are for the backend.
  basic: scene => call(scene, 'orders-basic', { url: '/protected' }),

  // With a user, the SDK exchanges tokens at https://<uaadomain> and sends the user's token along.
  principal: async scene => call(scene, 'orders-principal', { url: '/echo' }, {}, await login()),

  // Failures that an application meets, with all it can tell its developer.
  backendError: scene => call(scene, 'orders', { url: '/status/500' }),
  notExposed: scene => call(scene, 'orders', { url: '/admin' }),
  wrongLocation: scene => call(scene, 'orders-elsewhere', { url: '/echo' })
};

function call(scene, destinationName, request, options = {}, jwt = undefined) {
  const headers = { 'x-scene': scene };
  return executeHttpRequest({ destinationName, jwt }, { method: 'get', ...request, headers }, options);
}

async function login() {
  const { clientid, clientsecret, url } = getServiceBinding('xsuaa').credentials;
  const form = {
    grant_type: 'password',
    username: process.env.USER_NAME,
    password: process.env.USER_PASSWORD,
    client_id: clientid,
    client_secret: clientsecret
  };
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  if (!answer.ok) {
    throw new Error(`login: ${answer.status} ${await answer.text()}`);
  }
  return (await answer.json()).access_token;
}

async function play(name) {
  try {
    const result = await scenes[name](name);
    return result?.config ? response(result) : { result };
  } catch (error) {
    return { error: [...causes(error)] };
  }
}

function response({ status, headers, data }) {
  return { status, headers: { ...headers }, data };
}

function* causes(error) {
  for (let cause = error; cause; cause = cause.cause) {
    yield { message: cause.message, ...(cause.response ? response(cause.response) : {}) };
  }
}

(async () => {
  const seen = {};
  for (const name of Object.keys(scenes)) {
    seen[name] = await play(name);
  }
  process.stdout.write(`\n${JSON.stringify(seen)}\n`, () => process.exit(0));
})();
