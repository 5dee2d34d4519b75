/**
 * Fills an organization with people, courses and results. The statements multiply rows, so half a million results take only
 * seconds. Results are scattered: their ids, people and courses are not in the order of completion.
 */
import type { UnitOfWork } from "../../src/access/unit-of-work.js";
import type { SqlValue } from "../../src/platform/database/database.js";
import { insertRows } from "../../src/platform/database/statements.js";

export const PEOPLE = 400;
export const COURSES = 20;
/** The number of failed results, and of results of the rare course. It is the same for every size. */
export const FEW_RESULTS = 25;
/** Members of the small and of the large group. */
const FEW_PEOPLE = 5;
const MANY_PEOPLE = 250;

export interface Filled {
  readonly organizationId: string;
  readonly smallGroup: string;
  readonly largeGroup: string;
  /** The answers to the first question belong to few people and to many. The answer to the second belongs to half of all people. */
  readonly answers: { readonly few: string; readonly many: string; readonly half: string };
  readonly person: (number: number) => string;
  readonly course: (number: number) => string;
  /** A manager of the small group, without reports. */
  readonly manager: string;
}

/** The rare course. */
export const RARE_COURSE = COURSES;

/** The time of the first result. */
export const FIRST_COMPLETION = Date.UTC(2024, 0, 1);
export const SECONDS_BETWEEN = 60;

/**
 * @param size a multiple of 1,000, but not of 7919
 * @param secondsBetween between two completions
 */
export async function fillWithResults(
  unit: UnitOfWork,
  organizationId: string,
  letter: string,
  size: number,
  secondsBetween = SECONDS_BETWEEN,
): Promise<Filled> {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const id = (kind: string, number: number) => `${letter}-${kind}-${1_000_000 + number}`;
  const [smallGroup, largeGroup] = [`${letter}-small`, `${letter}-large`];
  const answers = { few: `${letter}-few`, many: `${letter}-many`, half: `${letter}-half` };
  const manager = id("person", PEOPLE - 1);
  const { now } = unit;
  const insert = async (table: string, columns: string, rows: readonly (readonly SqlValue[])[]) =>
    await insertRows(unit, table, columns.split(" "), rows);

  await insert(
    "app_user",
    "id home_organization_id email email_key first_name first_name_key last_name last_name_key full_name status auth_method version created_at updated_at",
    numbers(PEOPLE).map((number) => {
      const email = `person${number}@${letter}.example.com`;
      const names = ["Person", "person", `Number ${number}`, `number ${number}`, `Person Number ${number}`];
      return [id("person", number), organizationId, email, email, ...names, "ACTIVE", "SSO", 1, now, now];
    }),
  );
  await insert(
    "membership",
    "organization_id user_id created_at last_name_key first_name_key email_key status",
    numbers(PEOPLE).map((number) => [
      organizationId,
      id("person", number),
      now,
      `number ${number}`,
      "person",
      `person${number}@${letter}.example.com`,
      "ACTIVE",
    ]),
  );
  await insert(
    "user_group",
    "id organization_id name name_hash name_key version created_at updated_at",
    [smallGroup, largeGroup].map((group) => [group, organizationId, group, group, group, 1, now, now]),
  );
  await insert("group_member", "group_id user_id source_kind source_id created_at", [
    // The membership has two sources, as if an administrator and a mapping added the person.
    ...numbers(FEW_PEOPLE).flatMap((number) =>
      ["ADMIN", "MAPPING"].map((source) => [smallGroup, id("person", number * 7), source, "", now]),
    ),
    ...numbers(MANY_PEOPLE).map((number) => [largeGroup, id("person", number), "ADMIN", "", now]),
  ]);
  await insert("group_manager", "group_id user_id created_at", [[smallGroup, manager, now]]);
  await insert(
    "filter",
    "id organization_id question question_hash position version created_at updated_at",
    [1, 2].map((question) => [
      `${letter}-q${question}`,
      organizationId,
      `Question ${question}`,
      `${question}`,
      question,
      1,
      now,
      now,
    ]),
  );
  await insert("filter_answer", "id filter_id text position", [
    [answers.few, `${letter}-q1`, "Few", 1],
    [answers.many, `${letter}-q1`, "Many", 2],
    [answers.half, `${letter}-q2`, "Half", 1],
  ]);
  await insert("user_answer", "user_id filter_id answer_id organization_id", [
    ...numbers(FEW_PEOPLE).map((number) => [id("person", number * 2), `${letter}-q1`, answers.few, organizationId]),
    ...numbers(MANY_PEOPLE).map((number) => [
      id("person", number + FEW_PEOPLE * 2),
      `${letter}-q1`,
      answers.many,
      organizationId,
    ]),
    ...numbers(PEOPLE / 2).map((number) => [id("person", number * 2), `${letter}-q2`, answers.half, organizationId]),
  ]);
  await insert(
    "course",
    "id organization_id kind title title_key version created_at updated_at",
    numbers(COURSES + 1).map((number) => [
      id("course", number),
      organizationId,
      "COURSE",
      `Course ${number}`,
      `course ${number}`,
      1,
      now,
      now,
    ]),
  );
  await insertResults(unit, organizationId, letter, size, secondsBetween);
  return {
    organizationId,
    smallGroup,
    largeGroup,
    answers,
    manager,
    person: (number) => id("person", number),
    course: (number) => id("course", number),
  };
}

/** Joins digits with digits, because neither database has a table of numbers. */
async function insertResults(
  unit: UnitOfWork,
  organizationId: string,
  letter: string,
  size: number,
  secondsBetween: number,
): Promise<void> {
  const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(" UNION ALL ");
  const places = Array.from({ length: String(size - 1).length }, (_, place) => place);
  const count = `SELECT ${places.map((place) => `d${place}.d * ${10 ** place}`).join(" + ")} AS n
    FROM ${places.map((place) => `(${digits}) d${place}`).join(" CROSS JOIN ")}`;
  const scattered = `(n * 7919) % ${size}`;
  const everyRare = size / FEW_RESULTS;
  const [from, step] = [FIRST_COMPLETION / 1000, secondsBetween];
  const text = unit.dialect === "sqlite" ? "TEXT" : "CHAR";
  const completedAt =
    unit.dialect === "sqlite"
      ? `strftime('%Y-%m-%d %H:%M:%f', ${from} + n * ${step}, 'unixepoch')`
      : `DATE_ADD('1970-01-01', INTERVAL ${from} + n * ${step} SECOND)`;
  const idOf = (kind: string, number: string) => `CONCAT('${letter}-${kind}-', CAST(1000000 + ${number} AS ${text}))`;
  // A division that rounds down in both databases.
  const percent = `n % 101`;
  await unit.execute(
    `INSERT INTO training_result (id, organization_id, user_id, course_id, kind, attempt, score, maximum, percent, pass_rate,
       passed, completed_at, recorded_at, version)
     SELECT ${idOf("result", scattered)}, ?, ${idOf("person", `(n * 31) % ${PEOPLE}`)},
       CASE WHEN n % ${everyRare} = 3 THEN ${idOf("course", String(RARE_COURSE))}
            ELSE ${idOf("course", `(n * 17 + n % 7) % ${COURSES}`)} END,
       'COURSE', 1, ${percent}, 100, ${percent}, 0,
       CASE WHEN n % ${everyRare} = 5 THEN 0 ELSE 1 END, ${completedAt}, ${completedAt}, 1
       FROM (${count}) numbers WHERE n < ${size} ORDER BY n`,
    [organizationId],
  );
}
