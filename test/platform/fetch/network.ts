/**
 * A small Internet for the guarded fetch: servers on loopback, and public addresses that lead to them. The socket is
 * redirected after the look-up of the guarded fetch. The addresses of sockets are recorded, and no packet leaves the
 * machine.
 */
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isIP, type AddressInfo, type LookupFunction, type Server } from "node:net";
import tls from "node:tls";
import { jest } from "@jest/globals";
import { createAuthority, type Certified } from "./certificates.js";

export const authority = createAuthority();

/** A server that counts requests and connections. */
export interface Peer {
  readonly port: number;
  readonly requests: () => number;
  /** The number of connections, with or without a request. */
  readonly connections: () => number;
}

const running: (Server & { closeAllConnections?: () => void })[] = [];

/** Starts a server on a free port of 127.0.0.1, over TLS when it gets a certificate. */
export async function startPeer(answer: RequestListener, certified: Certified | null = null): Promise<Peer> {
  let requests = 0;
  const listener: RequestListener = (request, response) => {
    requests += 1;
    answer(request, response);
  };
  const server = certified === null ? createServer(listener) : createTlsServer(certified, listener);
  return await listen(server, () => requests);
}

/** Starts any TCP server on a free port, and counts its connections. */
export async function listen(server: Server, requests: () => number = () => 0): Promise<Peer> {
  let connections = 0;
  server.on("connection", () => (connections += 1));
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, requests, connections: () => connections };
}

/** Ends all servers and routes. */
export async function stopNetwork(): Promise<void> {
  jest.restoreAllMocks();
  for (const server of running.splice(0)) {
    server.closeAllConnections?.();
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * Routes TLS connections for these addresses to loopback, on the same port, and records the address of every connection.
 * An address without a route fails, so that nothing reaches the Internet.
 */
export function routeToLoopback(addresses: readonly string[]): { readonly connectedTo: string[] } {
  const connectedTo: string[] = [];
  const connect = tls.connect.bind(tls) as (options: tls.ConnectionOptions) => tls.TLSSocket;
  const routed = (options: tls.ConnectionOptions & { lookup?: LookupFunction }) => {
    const { host = "", lookup } = options;
    if (isIP(host) !== 0) {
      connectedTo.push(host);
      return connect({ ...options, host: addresses.includes(host) ? "127.0.0.1" : "invalid address" });
    }
    const routedLookup: LookupFunction = (hostname, lookupOptions, callback) =>
      lookup?.(hostname, lookupOptions, (error, answer, family) => {
        if (error !== null) return callback(error, answer, family);
        const answers = Array.isArray(answer) ? answer.map(({ address }) => address) : [answer];
        connectedTo.push(...answers);
        if (!answers.every((each) => addresses.includes(each))) return callback(new Error("no route"), "", 0);
        return callback(null, [{ address: "127.0.0.1", family: 4 }]);
      });
    return connect({ ...options, lookup: routedLookup });
  };
  jest.spyOn(tls, "connect").mockImplementation(routed as typeof tls.connect);
  return { connectedTo };
}
