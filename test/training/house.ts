/** The house of the people's tests with the room of training in it, and what many of its tests begin with. */
import type { Caller } from "../../src/access/caller.js";
import { ERASERS } from "../../src/app/module-lists.js";
import { ORGANIZATION_PARTS } from "../../src/app/module-lists.js";
import { TRAINING_FAILURES } from "../../src/training/failures.js";
import { createTrainingResolvers } from "../../src/training/resolvers.js";
import { openHouse, OPERATOR, type House } from "../support/house.js";

/** Opens a house with training. The test closes its database. */
export function openTrainingHouse(): Promise<House> {
  return openHouse({
    resolvers: createTrainingResolvers,
    failures: TRAINING_FAILURES,
    users: { guards: [], erasers: ERASERS },
    organizationParts: ORGANIZATION_PARTS,
  });
}

/** Carries a mutation out that takes `input`, as the operator unless another is named; fails where it is refused. */
export async function carryOut(
  house: House,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
  selection: string,
  caller: Caller = OPERATOR,
) {
  const { data, codes, details } = await tryOut(house, caller, mutation, input, selection);
  if (codes.length > 0) throw new Error(`${mutation}: ${codes.join(", ")} ${JSON.stringify(details)}`);
  return data[mutation];
}

/** The same, with codes and details in place of failing. */
export async function tryOut(
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

/** Makes a course and answers its id. */
export async function makeCourse(
  house: House,
  organizationId: string | null,
  input: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  titles += 1;
  const made = await carryOut(
    house,
    "createCourse",
    { organizationId, title: `Course ${titles}`, ...input },
    "course { id }",
  );
  return made.course.id;
}

/** Makes a module of courses and answers its id. */
export async function makeModule(
  house: House,
  organizationId: string | null,
  courseIds: readonly string[],
): Promise<string> {
  const moduleId = await makeCourse(house, organizationId, { kind: "MODULE" });
  await carryOut(house, "setModuleCourses", { moduleId, courseIds }, "course { id }");
  return moduleId;
}
