import type { ModelPriceSet } from "@mindmesh/contracts/money";
import { Button, confirm, IconButton, Table, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Pencil from "lucide-react/icons/pencil";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { dayInWords, dollars } from "./amounts.ts";
import { moneyApi } from "./api.ts";
import { pricesQuery } from "./queries.ts";
import { later } from "../../shell/later.tsx";

const PriceDialog = later(() => import("./price-dialog.tsx").then((part) => part.PriceDialog));

type PricesSectionProps = { workspaceId: string; mayChange: boolean };

/** Prices that were set by hand, for models that the program's table does not know or knows wrongly. */
export function PricesSection({ workspaceId, mayChange }: PricesSectionProps) {
  const queryClient = useQueryClient();
  const prices = useQuery(pricesQuery(workspaceId));
  const [editing, setEditing] = useState<ModelPriceSet | "new" | null>(null);
  const reload = () => queryClient.invalidateQueries(pricesQuery(workspaceId));
  const remove = async (price: ModelPriceSet) => {
    const sure = await confirm({
      title: `Remove the price for ${price.pattern}?`,
      description: "The program’s own table holds again, where it knows the model. Costs that are recorded stay.",
      confirmLabel: "Remove price",
      danger: true,
    });
    if (!sure) return;
    try {
      await moneyApi.deletePrice({ params: { workspaceId, priceId: price.id } });
      toast("Price removed");
    } catch (error) {
      showError(error);
    }
    await reload();
  };
  return (
    <Section
      title="Prices"
      description={`US dollars per million tokens. What is set here wins over the table of ${prices.data?.priceTable ?? "the program"}.`}
      action={
        mayChange ? (
          <Button icon={<Plus />} onClick={() => setEditing("new")}>
            Set a price
          </Button>
        ) : null
      }
    >
      <Loaded query={prices}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-sm text-muted">No price is set here.</p>
          ) : (
            <Table label="Prices that were set">
              <thead>
                <tr>
                  <th scope="col">Models</th>
                  <th scope="col">From</th>
                  <th scope="col" data-numeric>
                    Input
                  </th>
                  <th scope="col" data-numeric>
                    Cached
                  </th>
                  <th scope="col" data-numeric>
                    Output
                  </th>
                  {mayChange ? (
                    <th>
                      <span className="sr-only">Change</span>
                    </th>
                  ) : null}
                </tr>
              </thead>
              <tbody>
                {items.map((price) => (
                  <tr key={price.id}>
                    <td className="[overflow-wrap:anywhere]">{price.pattern}</td>
                    <td className="whitespace-nowrap">{dayInWords(price.from)}</td>
                    <td data-numeric>{dollars(price.inputPerMillion)}</td>
                    <td data-numeric>
                      {price.cachedInputPerMillion === null ? "as input" : dollars(price.cachedInputPerMillion)}
                    </td>
                    <td data-numeric>{dollars(price.outputPerMillion)}</td>
                    {mayChange ? (
                      <td className="whitespace-nowrap text-right">
                        <IconButton
                          size="sm"
                          label={`Change the price for ${price.pattern}`}
                          icon={<Pencil />}
                          onClick={() => setEditing(price)}
                        />
                        <IconButton
                          size="sm"
                          variant="danger-quiet"
                          label={`Remove the price for ${price.pattern}`}
                          icon={<Trash2 />}
                          onClick={() => void remove(price)}
                        />
                      </td>
                    ) : null}
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
      {editing === null ? null : (
        <PriceDialog
          workspaceId={workspaceId}
          price={editing === "new" ? null : editing}
          onSaved={reload}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}
