/** Which way a list runs. */
import { registerEnumType } from "type-graphql";

const ORDER_DIRECTIONS = ["ASC", "DESC"] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];

/** Stands for the enum `OrderDirection` in decorators. */
export const OrderDirectionEnum = { ASC: "ASC", DESC: "DESC" } as const;

registerEnumType(OrderDirectionEnum, {
  name: "OrderDirection",
  description: "Which way a list runs.",
  valuesConfig: {
    ASC: { description: "The lowest, earliest, or first of the alphabet comes first." },
    DESC: { description: "The highest, latest, or last of the alphabet comes first." },
  },
});
