/** Sends what Entra ID sends when it provisions users and groups for the first time. */
import { GROUP, PATCH_OP, USER } from "./scim.js";

/** Sends one request and returns the answer's body. Throws if the status is an error. */
// any: the shape of a resource or a list
type SendScim = (method: string, path: string, body?: object) => Promise<any>;

interface FirstSync {
  readonly users: number;
  readonly groups: number;
  /** How many users the first group has. The others have about ten. */
  readonly largestGroup: number;
}

/** How many members Entra ID adds in one PATCH. */
const MEMBERS_AT_ONCE = 100;
const MEMBERS_OF_A_SMALL_GROUP = 10;

/** A user as Entra ID describes it with its default mappings and the object id as externalId. */
function describeEntraUser(place: number) {
  return {
    schemas: [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    externalId: `aaaaaaaa-0000-4000-8000-${String(place).padStart(12, "0")}`,
    userName: `colleague${place}@acme.test`,
    active: true,
    displayName: `First${place} Last${place}`,
    title: "Engineer",
    emails: [{ primary: true, type: "work", value: `colleague${place}@acme.test` }],
    meta: { resourceType: "User" },
    name: { formatted: `First${place} Last${place}`, familyName: `Last${place}`, givenName: `First${place}` },
    preferredLanguage: null,
    roles: [],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: `Department ${place % 20}` },
  };
}

/** Looks for each user and group, creates it, and adds the members. Returns the ids of users and groups. */
export async function runFirstSync(
  send: SendScim,
  { users, groups, largestGroup }: FirstSync,
): Promise<{ readonly userIds: readonly string[]; readonly groupIds: readonly string[] }> {
  const find = async (path: string) => {
    if ((await send("GET", path)).totalResults !== 0) throw new Error(`${path} finds something before it is created.`);
  };
  const userIds: string[] = [];
  for (let place = 0; place < users; place += 1) {
    const user = describeEntraUser(place);
    await find(`/Users?filter=${encodeURIComponent(`userName eq "${user.userName}"`)}`);
    userIds.push((await send("POST", "/Users", user)).id);
  }
  const groupIds: string[] = [];
  for (let place = 0; place < groups; place += 1) {
    const displayName = `Group ${place}`;
    await find(`/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${displayName}"`)}`);
    const described = { schemas: [GROUP], externalId: `group-${place}`, displayName, meta: { resourceType: "Group" } };
    const { id } = await send("POST", "/Groups", described);
    groupIds.push(id);
    const members =
      place === 0
        ? userIds.slice(0, largestGroup)
        : Array.from({ length: MEMBERS_OF_A_SMALL_GROUP }, (_, turn) => userIds[(place * 37 + turn) % users] ?? "");
    for (let start = 0; start < members.length; start += MEMBERS_AT_ONCE) {
      const value = members.slice(start, start + MEMBERS_AT_ONCE).map((each) => ({ $ref: null, value: each }));
      await send("PATCH", `/Groups/${id}`, addMembers(value));
    }
  }
  return { userIds, groupIds };
}

function addMembers(value: readonly object[]) {
  return { schemas: [PATCH_OP], Operations: [{ op: "Add", path: "members", value }] };
}
