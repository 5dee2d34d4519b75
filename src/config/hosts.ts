/** Whether a host name can only mean this machine. IPv6 addresses stand in brackets, as in a URL. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
