// An OAuth server whose clients are registered by RFC 7591 and managed by RFC 7592.
// Reads JSON from standard input: certificate, key, initialAccessToken. Writes its port when it is up.
import { text } from 'node:stream/consumers';
import https from 'node:https';
import Provider from 'oidc-provider';

// The package's own store forgets what it has not seen for a thousand entries.
class Memory {
  static all = new Map();

  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload) {
    Memory.all.set(`${this.model}:${id}`, payload);
  }

  async find(id) {
    return Memory.all.get(`${this.model}:${id}`);
  }

  async destroy(id) {
    Memory.all.delete(`${this.model}:${id}`);
  }

  async consume(id) {
    (await this.find(id)).consumed = Math.floor(Date.now() / 1000);
  }
}

const { certificate, key, initialAccessToken } = JSON.parse(await text(process.stdin));
const server = https.createServer({ cert: certificate, key });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`https://localhost:${port}`, {
    adapter: Memory,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true, initialAccessToken },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    },
    scopes: ['orders:read'],
    ttl: { ClientCredentials: 60 },
  });
  server.on('request', provider.callback());
  console.log(port);
});
