/** The house of test/support with training in its schema, and the mutations that many tests begin with. */
import type { Caller } from "../../src/access/caller.js";
import { DELETION_PARTS, ORGANIZATION_PARTS } from "../../src/app/module-lists.js";
import { TRAINING_FAILURES } from "../../src/training/failures.js";
import { createTrainingResolvers } from "../../src/training/resolvers.js";
import { openHouse, OPERATOR, type House } from "../support/house.js";

/** Opens a house with training. The test closes its database. */
export function openTrainingHouse(): Promise<House> {
  return openHouse({
    resolvers: createTrainingResolvers,
    failures: TRAINING_FAILURES,
    users: DELETION_PARTS,
    organizationParts: ORGANIZATION_PARTS,
  });
}

/** Runs a mutation that takes `input`, by default as the operator. @throws if it is refused */
export async function run(
  house: House,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
  selection: string,
  caller: Caller = OPERATOR,
) {
  const { data, codes, details } = await tryToRun(house, caller, mutation, input, selection);
  if (codes.length > 0) throw new Error(`${mutation}: ${codes.join(", ")} ${JSON.stringify(details)}`);
  return data[mutation];
}

/** Runs a mutation, and returns the codes and details of a refusal instead of throwing. */
export async function tryToRun(
  house: House,
  caller: Caller,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
  selection: string,
) {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  return await house.ask(caller, `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`, {
    input,
  });
}

let titles = 0;

/** Creates a course and returns its id. */
export async function makeCourse(
  house: House,
  organizationId: string | null,
  input: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  titles += 1;
  const made = await run(
    house,
    "createCourse",
    { organizationId, title: `Course ${titles}`, ...input },
    "course { id }",
  );
  return made.course.id;
}

/** Creates a module of courses and returns its id. */
export async function makeModule(
  house: House,
  organizationId: string | null,
  courseIds: readonly string[],
): Promise<string> {
  const moduleId = await makeCourse(house, organizationId, { kind: "MODULE" });
  await run(house, "setModuleCourses", { moduleId, courseIds }, "course { id }");
  return moduleId;
}
