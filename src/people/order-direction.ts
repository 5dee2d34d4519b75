/** The direction of an order. */
import { registerEnumType } from "type-graphql";

const ORDER_DIRECTIONS = ["ASC", "DESC"] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];

/** Stands for the enum `OrderDirection` in decorators. */
export const OrderDirectionEnum = { ASC: "ASC", DESC: "DESC" } as const;

registerEnumType(OrderDirectionEnum, {
  name: "OrderDirection",
  description: "The direction of an order.",
  valuesConfig: {
    ASC: { description: "Ascending: the lowest, the earliest, or the first of the alphabet comes first." },
    DESC: { description: "Descending: the highest, the latest, or the last of the alphabet comes first." },
  },
});
