// What all scenes do: call a destination, log somebody in.
'use strict';

const { getServiceBinding } = require('@sap-cloud-sdk/connectivity');
const { executeHttpRequest } = require('@sap-cloud-sdk/http-client');

// `from` is the name of a destination, or all that the SDK shall know to find one.
function call(scene, from, request, options = {}, jwt = undefined) {
  const source = typeof from === 'string' ? { destinationName: from, jwt } : from;
  return executeHttpRequest(source, { method: 'get', ...request, headers: { 'x-scene': scene } }, options);
}

// A token of a person, as the login of an application gets it. Without a tenant, the person is one of our own subaccount.
async function tokens(username, password, zid = undefined) {
  const { clientid, clientsecret, url } = getServiceBinding('xsuaa').credentials;
  const form = { grant_type: 'password', username, password, client_id: clientid, client_secret: clientsecret };
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: zid ? { 'x-zid': zid } : {}
  });
  if (!answer.ok) {
    throw new Error(`login: ${answer.status} ${await answer.text()}`);
  }
  return answer.json();
}

async function login(username = process.env.USER_NAME, password = process.env.USER_PASSWORD, zid = undefined) {
  return (await tokens(username, password, zid)).access_token;
}

module.exports = { call, login, tokens };
