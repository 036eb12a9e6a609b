// An application of one subaccount that calls destinations of every authentication type that the SDK supports.
'use strict';

const { getAllDestinationsFromDestinationService, getDestination } = require('@sap-cloud-sdk/connectivity');
const { call, login, tokens } = require('./calls');

const echo = { url: '/echo' };
const service = '/sap/opu/odata/sap/ORDERS';
const erika = () => login('erika', 'Buchstabe-7');
const otto = () => login('otto', 'Buchstabe-8');
const asErika = async (scene, name) => call(scene, name, echo, {}, await erika());

module.exports = {
  plain: scene => call(scene, 'plain', echo),
  onInstance: scene => call(scene, 'on-instance', echo),
  basic: scene => call(scene, 'basic', { url: '/protected' }),

  certificateP12: scene => call(scene, 'certificate-p12', echo),
  certificatePem: scene => call(scene, 'certificate-pem', echo),
  certificateJks: scene => call(scene, 'certificate-jks', echo),
  trusting: scene => call(scene, 'trusting', echo),
  distrusting: scene => call(scene, 'distrusting', echo),

  clientCredentials: scene => call(scene, 'client-credentials', echo),
  clientCredentialsCommon: scene => call(scene, 'client-credentials-common', echo),
  password: scene => call(scene, 'password', echo),
  refused: scene => call(scene, 'refused', echo),

  userTokenExchange: scene => asErika(scene, 'user-token-exchange'),
  jwtBearer: scene => asErika(scene, 'jwt-bearer'),
  samlBearer: scene => asErika(scene, 'saml-bearer'),
  samlAssertion: scene => asErika(scene, 'saml-assertion'),
  refreshToken: async scene => {
    const { refresh_token: refreshToken } = await tokens('erika', 'Buchstabe-7');
    await call(scene, { destinationName: 'refresh-token', refreshToken }, echo);
    return refreshToken;
  },
  withoutUser: scene => call(scene, 'jwt-bearer', echo),

  // Written behind a CSRF token, with the headers of a destination.
  write: scene => call(scene, 'plain', { method: 'post', url: `${service}/Orders`, data: { Customer: 'Müller' } }),

  principalErika: scene => asErika(scene, 'principal'),
  principalOtto: async scene => call(scene, 'principal', echo, {}, await otto()),
  principalNobody: scene => call(scene, 'principal', echo),
  principalExpired: scene => call(scene, 'principal', echo, {}, process.env.EXPIRED_TOKEN),
  principalForged: scene => call(scene, 'principal', echo, {}, process.env.FORGED_TOKEN),

  expired: scene => call(scene, 'jwt-bearer', echo, {}, process.env.EXPIRED_TOKEN),
  forged: scene => call(scene, 'jwt-bearer', echo, {}, process.env.FORGED_TOKEN),

  all: async () => {
    const found = await getAllDestinationsFromDestinationService();
    return found.map(({ name, authentication }) => ({ name, authentication: authentication ?? null }));
  },
  missing: () => getDestination({ destinationName: 'no-such-destination' }),

  // The second time from the SDK's cache: the token service is not asked again.
  cached: async scene => {
    await getDestination({ destinationName: 'client-credentials', useCache: true });
    return call(scene, { destinationName: 'client-credentials', useCache: true }, echo);
  }
};
