/** Reads and writes filters and their answers. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import { foldCase } from "../../platform/text.js";
import type { Filter, FilterAnswer } from "./filter.js";
import { FilterRow } from "./filter.row.js";

interface RawFilter {
  id: string;
  organization_id: string;
  question: string;
  position: number;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

const COLUMNS = "f.id, f.organization_id, f.question, f.position, f.version, f.created_at, f.updated_at";

/** The filters of an organization with their answers, in their order. */
export async function findFiltersOf(reader: Reader, organizationId: string): Promise<readonly Filter[]> {
  const raws = await reader.rows<RawFilter>(
    `SELECT ${COLUMNS} FROM filter f WHERE f.organization_id = ? ORDER BY f.position, f.id`,
    [organizationId],
  );
  return await withAnswers(reader, raws);
}

/** One filter with its answers, or `null` if it does not exist or lies outside the scope. */
export async function findFilter(reader: Reader, scope: OrganizationScope, id: string): Promise<Filter | null> {
  const raws = await reader.rows<RawFilter>(
    `SELECT ${COLUMNS} FROM filter f WHERE f.id = ?${scope === null ? "" : " AND f.organization_id = ?"}`,
    scope === null ? [id] : [id, scope],
  );
  return (await withAnswers(reader, raws))[0] ?? null;
}

async function withAnswers(reader: Reader, raws: readonly RawFilter[]): Promise<readonly Filter[]> {
  const answers = await findAnswersOf(
    reader,
    raws.map(({ id }) => id),
  );
  return raws.map((raw) => ({
    id: raw.id,
    organizationId: raw.organization_id,
    question: raw.question,
    answers: answers.get(raw.id) ?? [],
    position: raw.position,
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  }));
}

async function findAnswersOf(
  reader: Reader,
  filterIds: readonly string[],
): Promise<ReadonlyMap<string, readonly FilterAnswer[]>> {
  const byFilter = new Map<string, FilterAnswer[]>(filterIds.map((id) => [id, []]));
  if (filterIds.length === 0) return byFilter;
  const rows = await reader.rows<{ id: string; filter_id: string; text: string }>(
    `SELECT id, filter_id, text FROM filter_answer WHERE filter_id IN (${placeholders(filterIds)}) ORDER BY position, id`,
    filterIds,
  );
  for (const { id, filter_id, text } of rows) byFilter.get(filter_id)?.push({ id, text });
  return byFilter;
}

/** How many members of the organization have each answer. Answers without members are left out. */
export async function countUsersWithAnswers(
  reader: Reader,
  answerIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (answerIds.length === 0) return new Map();
  const rows = await reader.rows<{ answer_id: string; users: number | string }>(
    `SELECT ua.answer_id, COUNT(*) AS users FROM user_answer ua
       JOIN membership m ON m.organization_id = ua.organization_id AND m.user_id = ua.user_id
      WHERE ua.answer_id IN (${placeholders(answerIds)}) GROUP BY ua.answer_id`,
    answerIds,
  );
  return new Map(rows.map((row) => [row.answer_id, Number(row.users)]));
}

/** Stores a new filter with its answers. If the question is taken, the database reports a duplicate key. */
export async function insertFilter(unit: UnitOfWork, filter: Filter): Promise<void> {
  await unit.manager.insert(FilterRow, toRow(filter));
  await insertAnswers(unit, filter, filter.answers);
}

/** Stores a changed filter. If the question is taken, the database reports a duplicate key. */
export async function updateFilterRow(unit: UnitOfWork, before: Filter, after: Filter): Promise<void> {
  await unit.manager.update(FilterRow, { id: after.id }, toRow(after));
  const kept = new Map(before.answers.map((answer, position) => [answer.id, { ...answer, position }]));
  for (const [position, { id, text }] of after.answers.entries()) {
    const was = kept.get(id);
    if (was === undefined || (was.text === text && was.position === position)) continue;
    await unit.execute("UPDATE filter_answer SET text = ?, position = ? WHERE id = ?", [text, position, id]);
  }
  const gone = before.answers.map(({ id }) => id).filter((id) => !after.answers.some((answer) => answer.id === id));
  // Foreign keys delete the rows of users who gave one of these answers.
  if (gone.length > 0) await unit.execute(`DELETE FROM filter_answer WHERE id IN (${placeholders(gone)})`, gone);
  await insertAnswers(
    unit,
    after,
    after.answers.filter(({ id }) => !kept.has(id)),
  );
}

/** Stores new positions of filters, by filter. */
export async function updatePositions(unit: UnitOfWork, positions: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, position] of positions)
    await unit.execute("UPDATE filter SET position = ? WHERE id = ?", [position, id]);
}

/** Deletes a filter. Foreign keys delete its answers and users' answers. */
export async function deleteFilterRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM filter WHERE id = ?", [id]);
}

async function insertAnswers(unit: UnitOfWork, filter: Filter, answers: readonly FilterAnswer[]): Promise<void> {
  const places = new Map(filter.answers.map(({ id }, position) => [id, position]));
  await insertRows(
    unit,
    "filter_answer",
    ["id", "filter_id", "text", "position"],
    answers.map(({ id, text }) => [id, filter.id, text, places.get(id) ?? 0]),
  );
}

function toRow({ answers: _answers, ...filter }: Filter): FilterRow {
  return { ...filter, questionHash: sha256Hex(foldCase(filter.question)) };
}
