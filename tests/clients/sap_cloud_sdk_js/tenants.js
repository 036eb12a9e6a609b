// An application of acme that people of other subaccounts use: globex has subscribed to it, initech has not.
'use strict';

const { alwaysProvider, alwaysSubscriber, getDestination } = require('@sap-cloud-sdk/connectivity');
const { call, login } = require('./calls');

const echo = { url: '/echo' };
const gustav = () => login('gustav', 'Buchstabe-9', process.env.GLOBEX);
const find = async (destinationName, more = {}) => {
  const found = await getDestination({ destinationName, jwt: await gustav(), ...more });
  return found && { url: found.url, owner: found.originalProperties?.['URL.headers.x-owner'] ?? null };
};

module.exports = {
  subscribersOwn: () => find('of-globex'),
  subscriberFirst: () => find('both'),
  provider: () => find('both', { selectionStrategy: alwaysProvider }),
  fallback: () => find('plain'),
  noFallback: () => find('plain', { selectionStrategy: alwaysSubscriber }),
  providersInstance: () => find('on-instance'),
  missing: () => find('no-such-destination'),

  // The tenant of a job that nobody is logged in for.
  bySubdomain: async () => find('both', { jwt: undefined, iss: `https://globex.${process.env.DOMAIN}/oauth/token` }),

  headers: async scene => call(scene, 'both', echo, {}, await gustav()),
  common: async scene => call(scene, 'client-credentials-common', echo, {}, await gustav()),
  providersJwtBearer: async scene => call(scene, 'jwt-bearer', echo, {}, await gustav()),
  subscribersJwtBearer: async scene => call(scene, 'jwt-bearer-of-globex', echo, {}, await gustav()),

  // A subaccount without a subscription gets what the provider has, and nothing of its own.
  notSubscribed: () => find('plain', { jwt: process.env.INITECH_TOKEN }),

  // acme's connector is acme's: a subscriber has none.
  noConnector: async scene => call(scene, 'orders', echo, {}, await gustav())
};
