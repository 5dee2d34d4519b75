/**
 * Writes the audit log to a CSV file, page by page. The caller's permission is checked again for each page, because a
 * slow client can take hours to read the file.
 */
import { causeOf, type Caller } from "../../access/caller.js";
import { ownOrganizationOf } from "../../access/organization-argument.js";
import type { Store } from "../../access/store.js";
import { BYTE_ORDER_MARK, writeCsvLine, type CsvValue } from "../../platform/csv.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { MAXIMUM_PAGE_SIZE } from "../../platform/graphql/paging.js";
import { writePages, type CsvFile } from "../../platform/http/export-router.js";
import { readQueryParameters } from "../../platform/http/query-parameters.js";
import { listAuditEntries, type AuditQuery, type LoggedAuditEntry } from "../../audit/list-audit-entries.js";
import { recordAudit } from "../../audit/record-audit.js";
import { INSTALLATION_ID } from "../installation/installation.js";
import { findOrganization } from "./organization.repository.js";

/** The columns by their names in the schema. */
const COLUMNS: Readonly<Record<string, (entry: LoggedAuditEntry) => CsvValue>> = {
  id: ({ id }) => id,
  occurredAt: ({ occurredAt }) => occurredAt,
  action: ({ action }) => action,
  cause: ({ cause }) => cause.kind,
  actor: ({ cause }) => cause.actor,
  subjectType: ({ subject }) => subject.type,
  subjectId: ({ subject }) => subject.id,
  before: ({ before }) => before && JSON.stringify(before),
  after: ({ after }) => after && JSON.stringify(after),
};

const NAMES = ["organizationId", "actions", "actor", "subjectType", "subjectId", "from", "to", "bom"] as const;

const INSTALLATION = { type: "installation", id: INSTALLATION_ID };

interface AuditExport extends Required<Pick<AuditQuery, "filter">> {
  /** `null` for the caller's own organization. For the operator, `null` means the entries of the installation. */
  readonly organizationId: string | null;
  readonly bom: boolean;
}

/**
 * Reads the query parameters of an export. They have the names of the filter of `auditLog`.
 *
 * @throws INVALID_INPUT
 */
function readQuery(parameters: Readonly<Record<string, unknown>>): AuditExport {
  const { check, list, one, bound, flag } = readQueryParameters(parameters, NAMES);
  const moment = (name: "from" | "to") => {
    const read = bound(name);
    if (read === null || read.kind === "MOMENT") return read?.moment ?? null;
    check.add(name, "INVALID", "must be a time with an offset, written like 2026-10-04T09:00:00+02:00");
    return null;
  };
  const query: AuditExport = {
    organizationId: one("organizationId"),
    filter: {
      actions: list("actions"),
      actor: one("actor"),
      subjectType: one("subjectType"),
      subjectId: one("subjectId"),
      from: moment("from"),
      to: moment("to"),
    },
    bom: flag("bom") ?? false,
  };
  check.finish();
  return query;
}

/**
 * Begins a file of the audit log, the newest entries first, and records the export. Entries that are recorded meanwhile
 * are not in the file.
 *
 * @param askCaller returns the caller with the permissions that the caller has at that moment
 * @param parameters of the query, from Express
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function exportAuditLog(
  store: Store,
  askCaller: () => Promise<Caller>,
  parameters: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<CsvFile> {
  const { filter, bom, organizationId: named } = readQuery(parameters);
  const caller = await askCaller();
  const organizationId = named ?? ownOrganizationOf(caller);
  const read = async (by: Caller, after: string | null) => {
    const page = await listAuditEntries(store, by, {
      organizationId,
      filter,
      page: { first: MAXIMUM_PAGE_SIZE, after },
    });
    const { endCursor, hasNextPage } = page.pageInfo();
    const text = page.nodes
      .map((entry) => writeCsvLine(Object.values(COLUMNS).map((column) => column(entry))))
      .join("");
    return { text, next: (await hasNextPage()) ? endCursor : null };
  };
  const first = await read(caller, null);
  const organization = organizationId && (await findOrganization(store.reader, null, organizationId));
  if (organizationId !== null && organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
  await store.begin(caller, causeOf(caller), (unit) =>
    recordAudit(unit, {
      organizationId,
      action: "audit_log.exported",
      subject: organizationId === null ? INSTALLATION : { type: "organization", id: organizationId },
      after: { filter },
    }),
  );
  const head = `${bom ? BYTE_ORDER_MARK : ""}${writeCsvLine(Object.keys(COLUMNS))}`;
  return {
    fileName: `audit-log-${organization ? `${organization.slug}-` : ""}${now.toISOString().slice(0, 10)}.csv`,
    pieces: writePages(head, first, async (after) => await read(await askCaller(), after)),
  };
}
