/** Looks at a connection without a user: what is missing, what its addresses lead to, and what the type's diagnosis finds. */
import type { FieldIssue } from "../../platform/errors/failure.js";
import { ProtocolRefusal, type AnyConnectionType, type Finding, type Runtime } from "../contract/index.js";
import { createRuntime } from "../runtime.js";
import type { ConnectionServices } from "../services.js";
import { describeIncomplete, mergeSettings, type MergedSettings } from "../settings/merge-settings.js";
import { completeSettings, openStored, type PlainSettings } from "../settings/stored-settings.js";
import { loadOpeningContext } from "./opening-context.js";
import type { Connection } from "./connection.js";

export interface Diagnosis {
  readonly type: AnyConnectionType;
  readonly before: PlainSettings;
  /** The settings with what was fetched from the addresses among them; `given` names what was filled in. */
  readonly merged: MergedSettings;
  /** What is missing or contradicts itself; the provider is not asked then. */
  readonly fields: readonly FieldIssue[];
  readonly findings: readonly Finding[];
}

/** Characters of a message at most: it may repeat half a megabyte of what a provider said, and is kept and told. */
const LONGEST_MESSAGE = 1_000;

function shorten(finding: Finding): Finding {
  const { message } = finding;
  return message.length <= LONGEST_MESSAGE ? finding : { ...finding, message: `${message.slice(0, LONGEST_MESSAGE)}…` };
}

/** Asks the provider, so never inside a unit of work. Changes nothing. */
export async function diagnoseConnection(services: ConnectionServices, connection: Connection): Promise<Diagnosis> {
  const type = services.registry.get(connection.type);
  const runtime = createRuntime(services.runtime, connection, await loadOpeningContext(services, connection));
  const before = openStored(type, services.runtime.keyRing, connection);
  let merged: MergedSettings = { plain: before, given: new Set() };
  const outcome = (fields: readonly FieldIssue[], findings: readonly Finding[]): Diagnosis => ({
    type,
    before,
    merged,
    fields,
    findings: findings.map(shorten),
  });
  try {
    const imported = await importSettings(type, before, runtime);
    merged = imported.merged;
    const settings = completeSettings(type, merged.plain);
    const fields = [...imported.fields, ...describeIncomplete(type, settings)];
    return outcome(fields, fields.length > 0 ? [] : await type.diagnose(settings, runtime));
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    return outcome([], [describeRefusal(type, error)]);
  }
}

/** Fetches what addresses among the settings stand for; only settings that are empty are filled in. */
async function importSettings(
  type: AnyConnectionType,
  before: PlainSettings,
  runtime: Runtime,
): Promise<{ readonly merged: MergedSettings; readonly fields: readonly FieldIssue[] }> {
  const nothing = { merged: { plain: before, given: new Set<string>() }, fields: [] };
  if (type.importMetadata === undefined) return nothing;
  const settings = completeSettings(type, before);
  const answer: Readonly<Record<string, unknown>> = await type.importMetadata(settings, runtime);
  const news = Object.entries(answer).filter(([name, value]) => settings[name] === null && (value ?? null) !== null);
  if (news.length === 0) return nothing;
  const fields: FieldIssue[] = [];
  const merged = mergeSettings(type, before, Object.fromEntries(news), {
    context: runtime.urls,
    check: { add: (path, code, message) => fields.push({ path, code, message }) },
    complete: false,
  });
  return { merged, fields };
}

function describeRefusal(type: AnyConnectionType, { code, detail }: ProtocolRefusal): Finding {
  const text = type.refusals[code];
  return {
    check: code,
    level: "ERROR",
    message: detail ?? text?.message ?? code,
    remedy: text?.remedy ?? "Check the settings.",
  };
}

/** Everything that an diagnosis found, missing settings included, as lines of a diagnosis. */
export function listFindings({ fields, findings }: Diagnosis): readonly Finding[] {
  const incomplete = fields.map(({ path, message }): Finding => ({
    check: "SETTINGS_COMPLETE",
    level: "ERROR",
    message: `${path} ${message}.`,
    remedy: "Set it with updateConnection, and test again.",
  }));
  return [...incomplete, ...findings];
}
