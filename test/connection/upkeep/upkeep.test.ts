/** Upkeep of connections: each active one in turn, by one replica at a time, and a bounded number at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import { disableConnection } from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { BATCH_SIZE, chooseNextTurn, runUpkeep } from "../../../src/connection/upkeep/run-upkeep.js";
import { scheduleForgotten } from "../../../src/connection/upkeep/upkeep.repository.js";
import type { UpkeepStep, UpkeepTurn } from "../../../src/connection/upkeep/upkeep-step.js";
import { startUpkeepWorker } from "../../../src/connection/upkeep/upkeep-worker.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { createLogger, type Logger } from "../../../src/platform/telemetry/logger.js";
import { copyConnections } from "../support/copy-connections.js";
import { draft, openHouse, OPERATOR, type House } from "../support/house.js";

const HOUR_SECONDS = 3_600;
const never = new AbortController().signal;
const logger: Logger = createLogger({ level: "silent", pretty: false });
let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());
beforeEach(() => inUnit((unit) => unit.execute("DELETE FROM sso_connection")));

const inUnit = <Value>(work: (unit: UnitOfWork) => Promise<Value>) =>
  house.services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, work);

async function active(): Promise<Connection> {
  const { id } = await draft(house);
  return (await activateConnection(house.services, OPERATOR, id)).connection;
}

/** Runs one batch with one step, and returns the ids of the connections that had a turn. */
async function turn(run: (turn: UpkeepTurn) => Promise<unknown> = async () => undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  const step: UpkeepStep = {
    name: "test",
    run: async (given) => {
      ids.push(given.connection.id);
      await run(given);
      return new Date(house.services.runtime.clock().getTime() + HOUR_SECONDS * 1_000);
    },
  };
  await runUpkeep({ services: house.services, steps: [step], logger }, never);
  return ids;
}

test("an active connection gets a turn at once, and again when a step asks for it", async () => {
  const { id } = await active();
  expect(await turn()).toEqual([id]);
  house.advance(HOUR_SECONDS / 2);
  expect(await turn()).toEqual([]);
  house.advance(HOUR_SECONDS / 2);
  expect(await turn()).toEqual([id]);
});

test("connections that are not active have no time and get no turn", async () => {
  const { id: draftId } = await draft(house);
  const { id } = await active();
  await disableConnection(house.services, OPERATOR, id);
  expect([await dueAtOf(draftId), await dueAtOf(id)]).toEqual([null, null]);
  house.advance(48 * HOUR_SECONDS);
  expect(await turn()).toEqual([]);
});

test("a connection that an earlier version of Usher disabled gets no turn", async () => {
  const { id } = await active();
  await inUnit((unit) => unit.execute("UPDATE sso_connection SET state = 'DISABLED' WHERE id = ?", [id]));
  expect(await turn()).toEqual([]);
  expect(await dueAtOf(id)).toBeNull();
});

test("workers that look at the same time give each connection one turn", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 12; index++) ids.push((await active()).id);
  const turns = await Promise.all([turn(), turn(), turn()]);
  expect(turns.flat().sort()).toEqual(ids.sort());
});

test("a worker that died is replaced after its lease, and cannot store anything when it wakes up", async () => {
  const { id } = await active();
  let wake = (): void => undefined;
  const sleeping = new Promise<void>((resolve) => (wake = resolve));
  const answers: boolean[] = [];
  const first = turn(async ({ isMine }) => {
    answers.push(await inUnit(isMine));
    await sleeping;
    answers.push(await inUnit(isMine));
  });
  while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(await turn()).toEqual([]);
  house.advance(6 * 60);
  expect(await turn()).toEqual([id]);
  const dueAt = await dueAtOf(id);
  house.advance(60);
  wake();
  await first;
  expect(answers).toEqual([true, false]);
  expect(await dueAtOf(id)).toEqual(dueAt);
});

test("a change during a turn is followed by another turn with the new settings", async () => {
  const { id } = await active();
  await turn(async ({ connection, isMine }) => {
    expect(connection.displayName).toBe("Acme ID");
    await updateConnection(house.services, OPERATOR, { id, displayName: "Acme" });
    expect(await inUnit(isMine)).toBe(false);
  });
  const names: string[] = [];
  expect(await turn(async ({ connection }) => void names.push(connection.displayName))).toEqual([id]);
  expect(names).toEqual(["Acme"]);
});

test("a step that fails does not hold up the next step, and is tried again after a quarter of an hour", async () => {
  await active();
  const runs: string[] = [];
  const fail = { name: "fails", run: () => Promise.reject(new Error("defect")) };
  const steps: readonly UpkeepStep[] = [fail, { name: "works", run: async () => (runs.push("works"), null) }];
  const run = () => runUpkeep({ services: house.services, steps, logger }, never);
  await run();
  house.advance(13 * 60);
  await run();
  expect(runs).toEqual(["works"]);
  house.advance(2 * 60);
  await run();
  expect(runs).toEqual(["works", "works"]);
});

test("connections of an older version, and those with a time of a wrong clock, get their turn", async () => {
  const { id } = await active();
  await inUnit((unit) => unit.execute("UPDATE connection_health SET upkeep_due_at = NULL"));
  expect(await turn()).toEqual([]);
  await inUnit(scheduleForgotten);
  expect(await turn()).toEqual([id]);
  const wrong = new Date(house.services.runtime.clock().getTime() + 365 * 24 * HOUR_SECONDS * 1_000);
  await inUnit((unit) => unit.execute("UPDATE connection_health SET upkeep_due_at = ?", [wrong]));
  expect(await turn()).toEqual([id]);
});

test("of 500 connections, a batch takes a few, with as many statements as for a few", async () => {
  const row = await active();
  for (let index = 1; index < BATCH_SIZE; index++) await active();
  const few = await countQueries(() => turn());
  expect(few.result).toHaveLength(BATCH_SIZE);
  await copyConnections(house, row.id, 500);
  const many = await countQueries(() => turn());
  expect(many.result).toHaveLength(BATCH_SIZE);
  expect(many.statements).toHaveLength(few.statements.length);
});

describe("the next turn", () => {
  const now = new Date("2026-11-30T12:00:00Z");
  const minutes = (times: readonly number[], random = 0) =>
    (chooseNextTurn(
      now,
      times.map((time) => now.getTime() + time * 60_000),
      random,
    ).getTime() -
      now.getTime()) /
    60_000;

  test("is at the earliest time that a step names, and a day later at most", () => {
    expect([minutes([90, 60]), minutes([]), minutes([10_000])]).toEqual([60, 1_440, 1_440]);
  });

  test("is not within a minute, whatever a step says", () => {
    expect([minutes([-5]), minutes([0])]).toEqual([1, 1]);
  });

  test("differs at random, so that connections do not stay together", () => {
    expect([minutes([60], 0.5), minutes([60], 1)]).toEqual([57, 54]);
  });
});

test("a worker starts by itself, and stopping it gives up the turn under way", async () => {
  const { id } = await active();
  let begun = (): void => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const step: UpkeepStep = {
    name: "waits",
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        begun();
      }),
  };
  const stop = startUpkeepWorker({ services: house.services, steps: [step], logger });
  await beginning;
  await stop();
  expect(await turn()).toEqual([id]);
});

async function dueAtOf(id: string): Promise<unknown> {
  const sql = "SELECT upkeep_due_at FROM connection_health WHERE connection_id = ?";
  return (await house.services.reader.row<{ upkeep_due_at: unknown }>(sql, [id]))?.upkeep_due_at;
}
