/**
 * Opens connections to public addresses only. Resolves the name once, checks every address, and connects the socket to
 * the checked addresses, because a second resolution could differ (DNS rebinding).
 */
import dns from "node:dns/promises";
import { isIP, type LookupFunction, type Socket } from "node:net";
import tls from "node:tls";
import { callbackify } from "node:util";
import { buildConnector } from "undici";
import { bareHost, type IsAllowed } from "./allowed-hosts.js";
import { FetchRefusal } from "./fetch-refusal.js";
import { PUBLIC_ADDRESS_DEMAND } from "./url-rules.js";
import { isPublicAddress } from "./public-address.js";

/** Resolves a name to all of its addresses; rejects as `dns.lookup` does. */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string }[]>;

/** The machine's own resolver, `/etc/hosts` included. */
export const systemLookup: Lookup = (hostname) => dns.lookup(hostname, { all: true });

/** The time limit for name, TCP and TLS together. The limit of the whole request is usually shorter. */
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;

/**
 * An undici connector that refuses connections to addresses that are not public, except hosts and ports that the operator
 * allows. `close` ends the connections that are still being opened, because a closing agent would wait for them.
 *
 * @param certificateAuthorities trusted in addition to the machine's own, in PEM
 */
export function createGuardedConnector(
  isAllowed: IsAllowed,
  lookup: Lookup,
  certificateAuthorities: readonly string[],
): { readonly connect: buildConnector.connector; readonly close: () => void } {
  const options = {
    timeout: CONNECT_TIMEOUT_MILLISECONDS,
    autoSelectFamily: true,
    allowH2: false,
    // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED and command line flags change the defaults.
    rejectUnauthorized: true,
    minVersion: "TLSv1.2" as const,
    ...(certificateAuthorities.length > 0 && { ca: [...tls.rootCertificates, ...certificateAuthorities] }),
  };
  const connectAnywhere = buildConnector({ ...options, lookup: asNodeLookup(lookup, () => true) });
  const connectPublicly = buildConnector({ ...options, lookup: asNodeLookup(lookup, isPublicAddress) });
  const opening = new Set<Socket>();
  const open = (connector: buildConnector.connector, ...[target, callback]: Parameters<buildConnector.connector>) => {
    // The connector returns the socket, although its type does not say so.
    const socket = (connector as (...given: Parameters<buildConnector.connector>) => unknown)(target, (...outcome) => {
      opening.delete(socket);
      callback(...outcome);
    }) as Socket;
    opening.add(socket);
  };
  const connect: buildConnector.connector = (target, callback) => {
    const host = bareHost(target.hostname);
    const port = Number(target.port || (target.protocol === "http:" ? 80 : 443));
    if (isAllowed(host, port)) return open(connectAnywhere, target, callback);
    // A socket does not look up an IP address, so the check in `lookup` would not see this host.
    if (isIP(host) !== 0 && !isPublicAddress(host)) return callback(refuseAddress(host, host), null);
    return open(connectPublicly, target, callback);
  };
  const close = () => {
    for (const socket of opening) socket.destroy(new Error("Usher is stopping."));
  };
  return { connect, close };
}

/**
 * The look-up that a socket calls. It returns checked addresses or a refusal. One unacceptable address refuses the name,
 * because a name with public and private addresses has no legitimate use here.
 */
function asNodeLookup(lookup: Lookup, isAcceptable: (address: string) => boolean): LookupFunction {
  const resolve = callbackify(async (hostname: string) => {
    const answers = await lookup(hostname);
    const refused = answers.find(({ address }) => !isAcceptable(address));
    if (refused !== undefined) throw refuseAddress(hostname, refused.address);
    if (answers.length === 0) throw Object.assign(new Error(`${hostname} has no addresses`), { code: "ENOTFOUND" });
    return answers.map(({ address }) => ({ address, family: isIP(address) }));
  });
  return (hostname, options, answer) =>
    resolve(hostname, (error, addresses) => {
      const first = addresses?.[0];
      if (first === undefined) answer(error, "", 0);
      else if (options.all) answer(null, addresses);
      else answer(null, first.address, first.family);
    });
}

function refuseAddress(host: string, address: string): FetchRefusal {
  return new FetchRefusal("ADDRESS_REFUSED", `${host} ${PUBLIC_ADDRESS_DEMAND}.`, {
    cause: new Error(`${host} is ${address}`),
  });
}
