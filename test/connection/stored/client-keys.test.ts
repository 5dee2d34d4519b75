/** Client keys of stored connections: when they are made, how they are kept, and when they go. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { oidc } from "../../../src/connection-types/oidc/index.js";
import { openClientKeys } from "../../../src/connection/stored/client-keys.js";
import {
  createConnection,
  deleteConnection,
  readConnection,
} from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import { rotateConnectionKey } from "../../../src/connection/stored/rotate-client-key.js";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import { eventsOf, failureOf, openHouse, OPERATOR, type House } from "../support/house.js";

const WITH_KEY = { clientAuthentication: "private_key_jwt" };

let house: House;
beforeEach(async () => {
  house = await openHouse([oidc]);
});
afterEach(() => house.close());

const create = (settings: object) =>
  createConnection(house.services, OPERATOR, {
    organizationId: house.organizationId,
    displayName: "Acme ID",
    settings: { oidc: { clientId: "usher", ...settings } },
  });
const update = (id: string, settings: Readonly<Record<string, unknown>>) =>
  updateConnection(house.services, OPERATOR, { id, settings: { oidc: settings } });
const kidsOf = ({ clientKeys }: Connection) => clientKeys.map(({ id }) => id);

describe("client keys", () => {
  test("are made when the settings first use them, with a draft or later, and stay from then on", async () => {
    expect((await create(WITH_KEY)).clientKeys.map(({ state }) => state)).toEqual(["CURRENT", "CURRENT"]);
    const plain = await create({});
    expect(plain.clientKeys).toEqual([]);
    const later = await update(plain.id, WITH_KEY);
    expect(later.clientKeys).toHaveLength(2);
    const { data } = (await eventsOf(house, house.organizationId)).at(-1)!;
    expect(data.changed).toEqual({
      clientKeys: { before: [], after: later.clientKeys.map(({ id: keyId, state }) => ({ keyId, state })) },
    });
    for (const settings of [{ clientId: "other" }, { clientAuthentication: null }, WITH_KEY])
      expect(kidsOf(await update(plain.id, settings))).toEqual(kidsOf(later));
    expect((await readConnection(house.services, OPERATOR, plain.id)).clientKeys).toEqual(later.clientKeys);
  });

  test("are replaced if an address for secrets changes, and kept if it was empty", async () => {
    const made = await create(WITH_KEY);
    const first = await update(made.id, { discoveryUrl: "https://id.acme.example" });
    expect(kidsOf(first)).toEqual(kidsOf(made));
    const second = await update(made.id, { discoveryUrl: "https://thief.example", issuer: "https://id.acme.example" });
    expect(kidsOf(second).some((kid) => kidsOf(made).includes(kid))).toBe(false);
    await update(made.id, { clientAuthentication: null });
    expect((await update(made.id, { discoveryUrl: "https://third.example" })).clientKeys).toEqual([]);
  });

  test("are encrypted for one connection and one key id, and only their public halves are not", async () => {
    const [one, two] = [await create(WITH_KEY), await create(WITH_KEY)];
    const { keyRing } = house.services.runtime;
    const rows = await house.services.reader.rows<{ secrets: string }>("SELECT secrets FROM sso_connection");
    expect(JSON.stringify(rows)).not.toMatch(/PRIVATE KEY|"d":/);
    expect(openClientKeys(keyRing, one)[0]!.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(() => openClientKeys(keyRing, { ...one, id: two.id })).toThrow(/sealed text/);
    const [key, other] = one.clientKeys;
    const swapped = { ...one, clientKeys: [{ ...key!, sealed: other!.sealed }] };
    expect(() => openClientKeys(keyRing, swapped)).toThrow(/sealed text/);
  });

  test("need no client secret, which the other ways need", async () => {
    const discoveryUrl = "https://id.acme.example";
    const fieldsOf = async (settings: object) => {
      const { id } = await create({ discoveryUrl, ...settings });
      return (await failureOf(activateConnection(house.services, OPERATOR, id))).details.fields;
    };
    expect(await fieldsOf(WITH_KEY)).toEqual([]);
    expect(await fieldsOf({})).toMatchObject([{ path: "settings.oidc.clientSecret", code: "REQUIRED" }]);
    expect(await fieldsOf({ clientAuthentication: "client_secret_post" })).toMatchObject([{ code: "REQUIRED" }]);
  });

  test("cannot be rotated if there are none", async () => {
    const { id } = await create({});
    for (const step of ["PUBLISH_NEXT", "USE_NEXT", "USE_PREVIOUS", "RETIRE_PREVIOUS"] as const)
      expect((await failureOf(rotateConnectionKey(house.services, OPERATOR, { id, step }))).code).toBe(
        "CONNECTION_KEY_MISSING",
      );
  });

  test("two callers who publish the next keys at once publish the same ones", async () => {
    const { id } = await create(WITH_KEY);
    const publish = () => rotateConnectionKey(house.services, OPERATOR, { id, step: "PUBLISH_NEXT" });
    const [one, two] = await Promise.all([publish(), publish()]);
    expect(kidsOf(one)).toEqual(kidsOf(two));
    expect(one.clientKeys).toHaveLength(4);
  });

  test("are deleted with the connection", async () => {
    const { id } = await create(WITH_KEY);
    await deleteConnection(house.services, OPERATOR, id);
    expect(await house.services.reader.rows("SELECT secrets FROM sso_connection")).toEqual([]);
  });
});
