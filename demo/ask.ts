/** Sends GraphQL operations to Usher over HTTP, like any client. */

/** @throws Error with the messages of Usher's errors */
export type Ask = <Data>(query: string, variables?: object) => Promise<Data>;

export function askWith(url: string, key: string): Ask {
  return async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
    if (data === undefined || errors) throw new Error(errors?.map(({ message }) => message).join("; ") ?? "no answer");
    return data;
  };
}
