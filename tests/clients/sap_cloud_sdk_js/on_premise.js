// An application that talks to an on-premise system: reading, writing with CSRF tokens, users, failures.
'use strict';

const { getDestination } = require('@sap-cloud-sdk/connectivity');
const { call, login } = require('./calls');

const service = '/sap/opu/odata/sap/ORDERS';

module.exports = {
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

  // The backend answers with its internal address; the SDK follows, through the door.
  redirect: scene => call(scene, 'orders', { url: '/redirect', params: { to: '/echo' } }),
  redirectWithUser: async scene =>
    call(scene, 'orders-principal', { url: '/redirect', params: { to: '/echo' } }, {}, await login()),

  // Credentials of the destination are for the backend.
  basic: scene => call(scene, 'orders-basic', { url: '/protected' }),

  // With a user, the SDK exchanges tokens at https://<uaadomain> and sends the user's token along.
  principal: async scene => call(scene, 'orders-principal', { url: '/echo' }, {}, await login()),

  // Failures that an application meets, with all it can tell its developer.
  backendError: scene => call(scene, 'orders', { url: '/status/500' }),
  notExposed: scene => call(scene, 'orders', { url: '/admin' }),
  wrongLocation: scene => call(scene, 'orders-elsewhere', { url: '/echo' })
};
