/** Signs people in on a real database by the last step of a sign-in only, without a provider, a browser or HTTP. */
import { SYSTEM } from "../../src/access/caller.js";
import type { UnitOfWork } from "../../src/access/unit-of-work.js";
import type { NormalizedProfile } from "../../src/connection/contract/index.js";
import { replaceMappings, type MappingKind, type NewMapping } from "../../src/connection/mapping/mapping.repository.js";
import { retireIdentity } from "../../src/connection/identity/identity.repository.js";
import { insertConnection, updateConnectionRow } from "../../src/connection/stored/connection.repository.js";
import type { Connection } from "../../src/connection/stored/connection.js";
import { DEFAULT_CONNECTION_POLICIES, type ConnectionPolicies } from "../../src/connection/stored/policies.js";
import type { SqlValue } from "../../src/platform/database/database.js";
import type { NewUserInput } from "../../src/people/user/user.operations.js";
import { beginAttempt } from "../../src/sign-in/attempt/attempt.js";
import { provisionAndSignIn } from "../../src/sign-in/provision-and-sign-in.js";
import type { SignInServices } from "../../src/sign-in/services.js";
import { makeOrganization, makeUser, openHouse, type House } from "../support/house.js";
import { PROFILE } from "./situations.js";

/** The result of a sign-in: the user, or the code of the refusal. */
type Outcome = { readonly code: "IN"; readonly userId: string } | { readonly code: string };

export interface Hall {
  readonly house: House;
  readonly organizationId: string;
  /** Makes a connection of this organization, or of the given one. */
  readonly makeConnection: (policies?: Partial<ConnectionPolicies>, organizationId?: string) => Promise<Connection>;
  readonly changePolicies: (connection: Connection, policies: Partial<ConnectionPolicies>) => Promise<void>;
  readonly setMappings: (connection: Connection, kind: MappingKind, mappings: readonly GivenMapping[]) => Promise<void>;
  /** Signs Ada in, with changes to her profile, on the house's store or on the given one. */
  readonly arrive: (
    connection: Connection,
    profile?: Partial<NormalizedProfile>,
    store?: House["store"],
  ) => Promise<Outcome>;
  /** Signs in as above and returns the user. Fails on a refusal. */
  readonly enter: (connection: Connection, profile?: Partial<NormalizedProfile>) => Promise<string>;
  /** Undoes a merge as an administrator does, by the id of the link. */
  readonly undo: (identityId: string) => Promise<void>;
  /** Makes an account by hand: prepared, or with a password. */
  readonly makeAccount: (input?: Partial<NewUserInput>, organizationId?: string) => Promise<string>;
  readonly execute: (sql: string, parameters?: readonly SqlValue[]) => Promise<void>;
  readonly rows: <Row extends object>(sql: string, parameters?: readonly SqlValue[]) => Promise<Row[]>;
  readonly count: (from: string, parameters?: readonly SqlValue[]) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** A mapping to set. It matches if the claim is equal to one value. */
export interface GivenMapping {
  readonly id?: string;
  readonly claim?: string;
  readonly value?: string;
  readonly target: string;
}

/** A password account whose person has proved its address. */
export const ADA = "ada@acme.example";

/** Opens a database with one organization. The test closes it. */
export async function openHall(): Promise<Hall> {
  const house = await openHouse();
  const { id: organizationId } = await makeOrganization(house);
  const within = async <T>(work: (unit: UnitOfWork) => Promise<T>) =>
    await house.store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, work);
  let connections = 0;
  let arrivals = 0;

  const arrive: Hall["arrive"] = async (connection, profile, store = house.store) => {
    const about = {
      reference: `${(arrivals += 1)}`,
      organizationId: connection.organizationId,
      connectionId: connection.id,
      client: { address: null, userAgent: null },
    };
    // The last step of a sign-in uses the database only.
    const completed = await provisionAndSignIn({ store } as SignInServices, {
      attempt: beginAttempt(about),
      person: { ...about, profile: { ...PROFILE, ...profile } },
      trustVersion: connection.trustVersion,
      flowHash: "f".repeat(64),
      providerSession: null,
      browser: { client: about.client, browserTokens: null, sessionToken: null },
    });
    return completed.kind === "signed-in"
      ? { code: "IN", userId: completed.session.userId }
      : { code: completed.failure.code };
  };
  const rows: Hall["rows"] = async (sql, parameters = []) => await house.database.reader.rows(sql, parameters);

  return {
    house,
    organizationId,
    makeConnection: async (policies, home = organizationId) => {
      connections += 1;
      const connection: Connection = {
        id: `connection-${connections}`,
        organizationId: home,
        displayName: "Acme ID",
        buttonLabel: null,
        type: "oidc",
        state: "ACTIVE",
        settings: {},
        secrets: {},
        settingsVersion: 1,
        ownKeys: null,
        clientKeys: [],
        policies: { ...DEFAULT_CONNECTION_POLICIES, ...policies },
        version: 1,
        trustVersion: 1,
        issuerChangedAt: null,
        firstActivatedAt: house.clock.now,
        createdAt: house.clock.now,
        updatedAt: house.clock.now,
      };
      await within(async (unit) => await insertConnection(unit, connection));
      return connection;
    },
    changePolicies: async (connection, policies) => {
      const changed = { ...connection, policies: { ...connection.policies, ...policies } };
      await within(async (unit) => await updateConnectionRow(unit, changed));
    },
    setMappings: async (connection, kind, mappings) => {
      const given = mappings.map(({ id, claim, value, target }): NewMapping => ({
        id: id ?? null,
        claim: claim ?? "groups",
        operator: kind === "ATTRIBUTE" ? null : "EQUALS",
        values: value === undefined ? null : [value],
        ignoreCase: false,
        target,
      }));
      await within(async (unit) => await replaceMappings(unit, connection.id, kind, given));
    },
    arrive,
    enter: async (connection, profile) => {
      const outcome = await arrive(connection, profile);
      if (!("userId" in outcome)) throw new Error(`refused: ${outcome.code}`);
      return outcome.userId;
    },
    undo: async (identityId) => {
      await within(async (unit) => await retireIdentity(unit, identityId));
    },
    makeAccount: async (input, home = organizationId) => {
      const { id } = await makeUser(house, home, { email: ADA, ...input });
      return id;
    },
    execute: async (sql, parameters = []) => {
      await within(async (unit) => await unit.execute(sql, parameters));
    },
    rows,
    count: async (from, parameters) => {
      const [row] = await rows<{ total: number | string }>(`SELECT COUNT(*) AS total FROM ${from}`, parameters);
      return Number(row?.total);
    },
    close: async () => await house.database.close(),
  };
}
