// Loaded before a client with `node --require`, in place of a name server and a load balancer; the client itself stays
// as it is. Host names of the file HOSTS lead where it says, as if it were /etc/hosts, and there port 443 is HTTPS_PORT.
'use strict';

const dns = require('dns');
const fs = require('fs');
const net = require('net');

const known = new Map();
for (const line of fs.readFileSync(process.env.HOSTS, 'utf8').split('\n')) {
  const [address, ...names] = line.trim().split(/\s+/);
  names.forEach(name => known.set(name, address));
}

const lookup = dns.lookup;
dns.lookup = (host, options, done) => {
  const [given, callback] = typeof options === 'function' ? [{}, options] : [options, done];
  const address = known.get(host);
  if (!address) {
    return lookup(host, given, callback);
  }
  return process.nextTick(() =>
    given?.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)
  );
};

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...words) {
  const options = Array.isArray(words[0]) ? words[0][0] : words[0];
  if (process.env.HTTPS_PORT && known.has(options?.host) && Number(options.port) === 443) {
    options.port = Number(process.env.HTTPS_PORT);
  }
  return connect.apply(this, words);
};
