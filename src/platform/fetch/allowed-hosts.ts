/** The private hosts that the operator lets outgoing requests reach (`USHER_ALLOWED_PRIVATE_HOSTS`). */

/** Whether a host, as `hostOf` writes it, may be reached on a port although it is private or uses plain http. */
export type IsAllowed = (host: string, port: number) => boolean;

/** A URL's host without the brackets of IPv6 and without the dot that ends a fully qualified name. */
export function hostOf(url: URL): string {
  return bareHost(url.hostname);
}

/** The form in which host names and addresses are compared, from a URL or a socket. */
export function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

/** The port of a URL, or the default of its scheme. */
export function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port);
}

/**
 * Reads entries `host` (any port) and `host:port`. A host is a name, an IPv4 address, or an IPv6 address, in brackets when a
 * port follows. An entry does not allow its subdomains.
 *
 * @throws Error that names every wrong entry
 */
export function createIsAllowed(entries: readonly string[]): IsAllowed {
  const anyPort = new Set<string>();
  const onePort = new Set<string>();
  const mistakes: string[] = [];
  for (const entry of entries) {
    const parsed = parseEntry(entry);
    if (parsed === null) mistakes.push(JSON.stringify(entry));
    else if (parsed.port === null) anyPort.add(parsed.host);
    else onePort.add(`${parsed.host} ${parsed.port}`);
  }
  if (mistakes.length > 0)
    throw new Error(`USHER_ALLOWED_PRIVATE_HOSTS: neither "host" nor "host:port": ${mistakes.join(", ")}`);
  return (host, port) => anyPort.has(host) || onePort.has(`${host} ${port}`);
}

function parseEntry(entry: string): { host: string; port: number | null } | null {
  const isBareIpv6 = !entry.startsWith("[") && entry.split(":").length > 2;
  const authority = isBareIpv6 ? `[${entry}]` : entry;
  // The URL parser accepts more. A slash, an at sign or a wildcard is a mistake of the operator.
  if (!/^(\[[0-9a-f:.]+\]|[^\s/?#@[\]\\*:]+)(:\d{1,5})?$/i.test(authority)) return null;
  if (!URL.canParse(`http://${authority}`)) return null;
  const port = /:(\d+)$/.exec(authority.replace(/^\[.*\]/, ""))?.[1];
  if (port === "0" || Number(port ?? 1) < 1) return null;
  return { host: hostOf(new URL(`http://${authority}`)), port: port === undefined ? null : Number(port) };
}
