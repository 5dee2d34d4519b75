/**
 * A ticketing product, made by settings only. People start at a portal's tile and arrive at the product, with ten more profile
 * fields. People with a missing field are listed.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../../testing/browser.js";
import { makePerson } from "../../support/tenant.js";
import { signIn, mapAttributes, openScene, type Scene } from "./scene.js";

const FIELD_BY_CLAIM = {
  tel: "phone",
  title: "jobTitle",
  dept: "department",
  div: "division",
  street: "streetAddress",
  town: "city",
  region: "state",
  zip: "zipCode",
  tz: "timeZone",
  shirt: "custom.shirtSize",
};
const CLAIMS = {
  tel: "+49 30 1234",
  title: "Engineer",
  dept: "Research",
  div: "North",
  street: "Main Street 1",
  town: "Berlin",
  region: "Berlin",
  zip: "10115",
  tz: "Europe/Berlin",
  shirt: "M",
};

describe("a ticketing product", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  it("takes people from a portal's tile to the product's own page", async () => {
    const landing = `${scene.usher.url}/o/landing`;
    const tenant = await scene.tenant({ organization: { landingUrl: landing } });
    const { connection } = await tenant.ask(
      `query ($id: ID!) { connection(id: $id) { serviceProvider { name value } } }`,
      { id: tenant.connectionId },
    );
    const tile = connection.serviceProvider.find(({ name }: { name: string }) => name === "signOnUrl").value;
    const browser = createBrowser();
    const { headers } = await browser.get(tile, { follow: false });
    const callback = await scene.provider.authorize(headers.location ?? "", makePerson("ada"));
    expect((await browser.get(callback, { follow: false })).headers.location).toBe(landing);
  });

  it("stores ten more fields of a profile, each with its source", async () => {
    const tenant = await scene.tenant();
    await mapAttributes(tenant, FIELD_BY_CLAIM);
    const { user } = await signIn(scene, tenant, makePerson("ben", CLAIMS));
    const { user: stored } = await tenant.ask(`query ($id: ID!) { user(id: $id) { profile { field value source } } }`, {
      id: user.id,
    });
    const expected = Object.entries(FIELD_BY_CLAIM).map(([claim, field]) => ({
      field,
      value: CLAIMS[claim as keyof typeof CLAIMS],
      source: "SSO",
    }));
    expect(stored.profile).toEqual(expect.arrayContaining(expected));
  });

  it("lists people with missing profile fields, which a different source can fill", async () => {
    const tenant = await scene.tenant();
    await mapAttributes(tenant, { cc: "costCenter" });
    const { user: complete } = await signIn(scene, tenant, makePerson("cid", { cc: "4711" }));
    const { user: incomplete } = await signIn(scene, tenant, makePerson("dan"));
    const lacking = async () =>
      (
        await tenant.ask(
          `query ($id: ID!) { users(organizationId: $id, filter: { missing: [COST_CENTER] }) { nodes { id } } }`,
          { id: tenant.organizationId },
        )
      ).users.nodes.map(({ id }: { id: string }) => id);
    expect(await lacking()).toEqual([incomplete.id]);
    await tenant.ask(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`, {
      input: { id: incomplete.id, profile: { costCenter: "4712" } },
    });
    expect(await lacking()).toEqual([]);
    const { users } = await tenant.ask(
      `query ($id: ID!) { users(organizationId: $id) { nodes { id profile { field value source } } } }`,
      { id: tenant.organizationId },
    );
    const costCenters = new Map(
      users.nodes.map(
        ({ id, profile }: { id: string; profile: { field: string; value: string; source: string }[] }) => [
          id,
          profile.find(({ field }) => field === "costCenter"),
        ],
      ),
    );
    expect(costCenters.get(complete.id)).toEqual({ field: "costCenter", value: "4711", source: "SSO" });
    expect(costCenters.get(incomplete.id)).toEqual({ field: "costCenter", value: "4712", source: "API" });
  });
});
