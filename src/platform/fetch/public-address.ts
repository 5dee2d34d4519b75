/** Tells addresses of the public Internet from every other kind (IANA special-purpose registries, RFC 6890). */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * All that IANA has ever given out for use between networks (RFC 4291 2.4). Everything outside is refused unseen: mapped
 * and compatible IPv4, both NAT64 prefixes (RFC 6052, RFC 8215), link-local, unique local, multicast, and what is to come.
 */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** The second documentation prefix (RFC 9637), which the library does not know yet. */
const DOCUMENTATION_IPV6 = ipaddr.IPv6.parseCIDR("3fff::/20");

/**
 * Whether an IP address in its usual notation is one of the public Internet. `false` for all that is not such an
 * address, so that an unknown notation is refused rather than guessed at.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv6) {
    if (!address.match(GLOBAL_IPV6) || address.match(DOCUMENTATION_IPV6)) return false;
  }
  // The library's "unicast" is what is left when 6to4, Teredo, carrier-grade NAT and the other special ranges are out.
  return address.range() === "unicast";
}
