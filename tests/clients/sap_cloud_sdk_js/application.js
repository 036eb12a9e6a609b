// An application as people write it with the SAP Cloud SDK for JavaScript. It knows nothing but its environment.
//
// It plays the scenes of the module that it is given, one after another, and prints, as its last line, one JSON object:
// scene -> what the application saw. Each request carries the name of its scene, so that the backend's side of it can
// be found.
'use strict';

const { setGlobalLogLevel } = require('@sap-cloud-sdk/util');

setGlobalLogLevel('error');

async function play(scene, name) {
  try {
    const result = await scene(name);
    return result?.config ? response(result) : { result: result ?? null };
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
  for (const [name, scene] of Object.entries(require(`./${process.argv[2]}`))) {
    seen[name] = await play(scene, name);
  }
  process.stdout.write(`\n${JSON.stringify(seen)}\n`, () => process.exit(0));
})();
