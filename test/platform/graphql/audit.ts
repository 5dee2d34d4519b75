/** Runs the published GraphQL-over-HTTP audits (package graphql-http) against a running endpoint. */
import { serverAudits } from "graphql-http";

export interface AuditReport {
  readonly audits: number;
  /** Names of failed audits, such as `MUST accept POST requests`, with the reason. */
  readonly failures: readonly string[];
}

/**
 * Runs all audits: MUST, SHOULD and MAY.
 * @param url the endpoint's whole address
 * @param headers sent with every request, such as an Authorization
 */
export async function auditGraphQLOverHttp(url: string, headers: Record<string, string> = {}): Promise<AuditReport> {
  const fetchFn = (address: string, init: RequestInit = {}) =>
    fetch(address, { ...init, headers: { ...headers, ...(init.headers as Record<string, string> | undefined) } });
  const audits = serverAudits({ url, fetchFn });
  const failures: string[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== "ok") {
      failures.push(`${audit.id} ${audit.name}: ${result.reason}`);
    }
  }
  return { audits: audits.length, failures };
}
