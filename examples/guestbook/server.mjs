// The guestbook's server: greets, keeps what visitors write for as long as it lives, and says which replica it is.
// It listens on its pod's own address, so that every replica can use the same port.
import { createServer } from 'node:http';

const { GREETING = 'Hello', HOST = '127.0.0.1', PORT = '8080', POD_NAME = 'nobody' } = process.env;
const entryBytesMax = 1024;
const entriesMax = 100;
const entries = [];

const server = createServer((request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  if (request.url === '/ready') return answer(200, { ready: true });
  if (request.method !== 'POST') return answer(200, { greeting: GREETING, replica: POD_NAME, entries });
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
    if (text.length > entryBytesMax) request.destroy();
  });
  request.on('end', () => {
    entries.push(text);
    if (entries.length > entriesMax) entries.shift();
    answer(201, { replica: POD_NAME, entries: entries.length });
  });
});

server.listen(Number(PORT), HOST, () => console.log(`${POD_NAME} listens on ${HOST}:${PORT}`));
process.on('SIGTERM', () => {
  console.log(`${POD_NAME} was asked to end`);
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
