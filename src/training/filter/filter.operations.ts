/** The operations on filters. `user-answers.operations.ts` has those on users' answers. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { requireVersion } from "../../people/failures.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { foldCase } from "../../platform/text.js";
import { FILTER_IN_USE, FILTER_LIMIT_REACHED, QUESTION_TAKEN } from "../failures.js";
import {
  filterSnapshot,
  LONGEST_ANSWER,
  LONGEST_QUESTION,
  MOST_ANSWERS,
  MOST_FILTERS,
  type Filter,
  type FilterAnswer,
} from "./filter.js";
import {
  countUsersWithAnswers,
  deleteFilterRow,
  findFilter,
  findFiltersOf,
  insertFilter,
  updateFilterRow,
  updatePositions,
} from "./filter.repository.js";

/** A new filter. */
export interface NewFilterInput {
  readonly organizationId: string;
  readonly question: string;
  readonly answers: readonly string[];
}

/** An answer of a filter. An existing answer has an id, and a new one does not. */
interface AnswerInput {
  readonly id?: string | null;
  readonly text: string;
}

/** Changes to a filter. Absent fields stay. */
export interface FilterChangeInput {
  readonly id: string;
  /** The version that the caller has read; absent: any version. */
  readonly expectedVersion?: number | null;
  readonly question?: string | null;
  /** The new place among the organization's filters, counted from 0. */
  readonly position?: number | null;
  /** All answers in their new order. An existing answer whose id is missing is deleted. */
  readonly answers?: readonly AnswerInput[] | null;
  /** The caller's confirmation: the number of users who lose an answer. */
  readonly confirmAffectedUsers?: number | null;
}

/**
 * The filters of an organization, in their order.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readFilters(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
): Promise<readonly Filter[]> {
  requirePermission(caller, organizationId, "TEAM_TRAINING_READ");
  return await findFiltersOf(reader, organizationId);
}

/**
 * Creates a filter in the last position.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, QUESTION_TAKEN, FILTER_LIMIT_REACHED
 */
export async function createFilter({ begin }: Store, caller: Caller, input: NewFilterInput): Promise<Filter> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "TRAINING_WRITE");
  const check = new InputCheck();
  const question = check.text("question", input.question, { longest: LONGEST_QUESTION });
  const answers = checkAnswers(check, input.answers, (index) => `answers.${index}`);
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const others = await findFiltersOf(unit, organizationId);
    if (others.length >= MOST_FILTERS) throw new Failure(FILTER_LIMIT_REACHED, { maximum: MOST_FILTERS });
    const filter: Filter = {
      id: uuidv7(),
      organizationId,
      question,
      answers: answers.map((text) => ({ id: uuidv7(), text })),
      position: (others.at(-1)?.position ?? -1) + 1,
      version: 1,
      createdAt: unit.now,
      updatedAt: unit.now,
    };
    await storeQuestion(question, () => insertFilter(unit, filter));
    await recordAudit(unit, { ...entryOf("filter.created", filter), after: filterSnapshot(filter) });
    return filter;
  });
}

/**
 * Changes a filter. An input without a difference stores nothing. An answer that users have is deleted only if the caller
 * confirms the number of these users.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, QUESTION_TAKEN, FILTER_IN_USE
 */
export async function updateFilter(store: Store, caller: Caller, input: FilterChangeInput): Promise<Filter> {
  const found = await readFilterFor(store, caller, input.id);
  const check = new InputCheck();
  const question =
    input.question == null ? undefined : check.text("question", input.question, { longest: LONGEST_QUESTION });
  const texts =
    input.answers == null
      ? undefined
      : checkAnswers(
          check,
          input.answers.map(({ text }) => text),
          (index) => `answers.${index}.text`,
        );
  if (input.position != null && input.position < 0) check.add("position", "INVALID", "must be 0 or more");
  check.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    requireVersion(input.expectedVersion, before.version);
    const answers = texts === undefined ? before.answers : nameAnswers(before, input.answers ?? [], texts);
    await requireConfirmed(
      unit,
      before.answers.filter(({ id }) => !answers.some((answer) => answer.id === id)),
      input.confirmAffectedUsers,
    );
    const changed: Filter = { ...before, question: question ?? before.question, answers };
    const position = await move(unit, before, input.position);
    const isChanged = JSON.stringify(filterSnapshot(changed)) !== JSON.stringify(filterSnapshot(before));
    if (!isChanged && position === null) return before;
    const after: Filter = {
      ...changed,
      position: position ?? before.position,
      version: before.version + 1,
      updatedAt: unit.now,
    };
    await storeQuestion(after.question, () => updateFilterRow(unit, before, after));
    await recordAudit(unit, {
      ...entryOf("filter.updated", after),
      before: { ...filterSnapshot(before), position: before.position },
      after: { ...filterSnapshot(after), position: after.position },
    });
    return after;
  });
}

/**
 * Deletes a filter with its answers. If users have answers, the caller must confirm the number of these users.
 *
 * @returns the filter before its deletion
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, FILTER_IN_USE
 */
export async function deleteFilter(
  store: Store,
  caller: Caller,
  id: string,
  confirmAffectedUsers: number | null = null,
): Promise<Filter> {
  const found = await readFilterFor(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    await requireConfirmed(unit, before.answers, confirmAffectedUsers);
    await deleteFilterRow(unit, id);
    await recordAudit(unit, { ...entryOf("filter.deleted", before), before: filterSnapshot(before) });
    return before;
  });
}

async function readFilterFor({ reader }: Store, caller: Caller, id: string): Promise<Filter> {
  const filter = await findFilter(reader, scopeFor(caller, "TRAINING_WRITE"), id);
  if (filter === null) throw new Failure(NOT_FOUND, { type: "filter" });
  return filter;
}

/**
 * Reads a filter for a change. Locks the organization, so that changes of filters and of users' answers run one after the
 * other.
 */
async function readForChange(unit: UnitOfWork, { id, organizationId }: Filter): Promise<Filter> {
  await lockOrganization(unit, organizationId);
  const filter = await findFilter(unit, organizationId, id);
  if (filter === null) throw new Failure(NOT_FOUND, { type: "filter" });
  return filter;
}

/** Checks that the texts of answers are unique, ignoring case. */
function checkAnswers(check: InputCheck, given: readonly string[], pathOf: (index: number) => string): string[] {
  if (given.length === 0) check.add("answers", "REQUIRED", "must name at least one answer");
  if (given.length > MOST_ANSWERS) {
    check.add("answers", "INVALID", `must name at most ${MOST_ANSWERS} answers`);
    return [];
  }
  const seen = new Set<string>();
  return given.map((each, index) => {
    const text = check.text(pathOf(index), each, { longest: LONGEST_ANSWER });
    const folded = foldCase(text);
    if (text !== "" && seen.has(folded))
      check.add(pathOf(index), "TAKEN", "must be unique in the filter; case is ignored");
    seen.add(folded);
    return text;
  });
}

/**
 * The answers with their new texts. A new answer gets an id.
 *
 * @throws INVALID_INPUT for an id that is not of this filter's answers, or that the caller names twice
 */
function nameAnswers(filter: Filter, given: readonly AnswerInput[], texts: readonly string[]): readonly FilterAnswer[] {
  const check = new InputCheck();
  const left = new Set(filter.answers.map(({ id }) => id));
  const answers = given.map(({ id }, index) => {
    if (id != null && !left.delete(id))
      check.add(`answers.${index}.id`, "UNKNOWN", "must be the id of an answer of this filter, named once");
    return { id: id ?? uuidv7(), text: texts[index] ?? "" };
  });
  check.finish();
  return answers;
}

/** @throws FILTER_IN_USE if users lose an answer and the caller confirmed a different number, or none */
async function requireConfirmed(
  unit: UnitOfWork,
  removed: readonly FilterAnswer[],
  confirmed: number | null | undefined,
): Promise<void> {
  const users = await countUsersWithAnswers(
    unit,
    removed.map(({ id }) => id),
  );
  // A user has at most one answer to a question, so each user counts once.
  const affectedUsers = [...users.values()].reduce((sum, count) => sum + count, 0);
  if (affectedUsers > 0 && confirmed !== affectedUsers) throw new Failure(FILTER_IN_USE, { affectedUsers });
}

/** Moves other filters so that the place becomes free. Returns the filter's new position; `null` if no filter moves. */
async function move(unit: UnitOfWork, filter: Filter, place: number | null | undefined): Promise<number | null> {
  if (place == null) return null;
  const all = await findFiltersOf(unit, filter.organizationId);
  const ids = all.map(({ id }) => id).filter((id) => id !== filter.id);
  ids.splice(place, 0, filter.id);
  const positions = new Map(ids.map((id, position) => [id, position]));
  if (all.every(({ id }, position) => positions.get(id) === position)) return null;
  const others = all.filter(({ id, position }) => id !== filter.id && positions.get(id) !== position);
  await updatePositions(unit, new Map(others.map(({ id }) => [id, positions.get(id) ?? 0])));
  return positions.get(filter.id) ?? null;
}

function entryOf(action: string, { id, organizationId }: Filter) {
  return { organizationId, action, subject: { type: "filter", id } };
}

async function storeQuestion(question: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure(QUESTION_TAKEN, { question });
    throw error;
  }
}
