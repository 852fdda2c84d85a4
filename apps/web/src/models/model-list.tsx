import type { AvailableModel } from "@mindmesh/contracts/models";
import { type ModelTier, modelTiers } from "@mindmesh/contracts/routing";
import { Button, classNames, SearchInput, Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Check from "lucide-react/icons/check";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { contextInWords, priceInWords } from "./figures.ts";
import { NoModel } from "./no-model.tsx";
import { routingQuery } from "../settings/routing/queries.ts";
import { tierDescriptions, tierTitles } from "../settings/routing/tier-words.ts";
import { offerQuery } from "./queries.ts";
import { tierNow, type TierNow } from "./tier-now.ts";

/** All words must be somewhere in the model's name, id or provider. */
function fits(model: AvailableModel, words: readonly string[]) {
  const text = `${model.id} ${model.name} ${model.providerLabel}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

type ModelListProps = { workspaceId: string; chosen: string | null; onChoose: (model: string) => void };

/** The models there are, found by typing; arrow keys walk, Enter chooses. */
export function ModelList({ workspaceId, chosen, onChoose }: ModelListProps) {
  const offer = useQuery(offerQuery(workspaceId));
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const routing = useQuery(routingQuery(workspaceId));
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const models = offer.data?.items.filter((model) => fits(model, words)) ?? [];
  const tiers = modelTiers.filter((tier) => words.every((word) => `${tier} by purpose`.includes(word)));
  const ids = [...tiers, ...models.map(({ id }) => id)];
  const active = ids[Math.min(at, ids.length - 1)];

  if (offer.isPending) return <ListSkeleton />;
  if (!offer.data) {
    return (
      <div role="alert" className="p-3 text-sm text-muted">
        <p>The list of models could not be loaded. {offer.error.message}</p>
        <Button size="sm" className="mt-2" busy={offer.isFetching} onClick={() => void offer.refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  if (offer.data.items.length === 0) {
    return (
      <div className="p-3">
        <NoModel workspaceId={workspaceId} />
      </div>
    );
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(ids.length - 1, now + step)));
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      onChoose(active);
    }
  };
  const optionId = (id: string) => `${listId}-${ids.indexOf(id)}`;
  const optionOf = (id: string) => ({
    id: optionId(id),
    chosen: id === chosen,
    active: id === active,
    onChoose: () => onChoose(id),
    onPoint: () => setAt(ids.indexOf(id)),
  });
  return (
    <div className="flex max-h-[min(26rem,60dvh)] flex-col">
      <div className="p-2">
        <SearchInput
          label="Search models"
          value={search}
          onValueChange={(text) => {
            setSearch(text);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={active ? optionId(active) : undefined}
        />
      </div>
      <div id={listId} role="listbox" aria-label="Models" className="min-h-0 flex-1 overflow-y-auto p-1 pt-0">
        {ids.length === 0 ? <p className="px-3 py-6 text-center text-sm text-muted">No model fits.</p> : null}
        {tiers.length > 0 ? (
          <div role="group" aria-label="By purpose">
            <p aria-hidden="true" className="px-2 pb-1 pt-2 text-2xs font-medium text-faint">
              By purpose
            </p>
            {tiers.map((tier) => (
              <TierOption
                key={tier}
                {...optionOf(tier)}
                tier={tier}
                now={routing.data ? tierNow(routing.data, tier) : undefined}
              />
            ))}
          </div>
        ) : null}
        {[...Map.groupBy(models, (model) => model.providerLabel)].map(([provider, ofProvider]) => (
          <div key={provider} role="group" aria-label={provider}>
            <p aria-hidden="true" className="px-2 pb-1 pt-2 text-2xs font-medium text-faint">
              {provider}
            </p>
            {ofProvider.map((model) => (
              <ModelOption key={model.id} {...optionOf(model.id)} model={model} />
            ))}
          </div>
        ))}
      </div>
      {offer.data.problems.length > 0 ? (
        <p className="border-t border-line px-3 py-2 text-xs text-muted">
          No list from {offer.data.problems.map((problem) => problem.providerLabel).join(", ")}: some may be missing.
        </p>
      ) : null}
    </div>
  );
}

const keepInSight = (element: HTMLElement | null) => element?.scrollIntoView({ block: "nearest" });

type OptionProps = {
  id: string;
  chosen: boolean;
  active: boolean;
  onChoose: () => void;
  onPoint: () => void;
};

function ModelOption({ model, ...option }: OptionProps & { model: AvailableModel }) {
  return (
    <Option {...option}>
      <span className="min-w-0 flex-1 truncate">{model.name}</span>
      <span className="shrink-0 text-right text-xs tabular-nums text-faint">
        {[contextInWords(model.contextTokens), priceInWords(model)].filter(Boolean).join(" · ")}
      </span>
    </Option>
  );
}

/** @param now undefined while it is not known yet */
function TierOption({ tier, now, ...option }: OptionProps & { tier: ModelTier; now: TierNow | null | undefined }) {
  return (
    <Option {...option}>
      <span className="min-w-0 flex-1">
        <span className="block">{tierTitles[tier]}</span>
        <span className="block truncate text-xs text-faint" title={tierDescriptions[tier]}>
          {now === undefined
            ? tierDescriptions[tier]
            : now === null
              ? "No model can be called now"
              : `Now ${now.model} for ordinary questions`}
        </span>
        {now ? <span className="block truncate text-2xs text-faint">{now.why}</span> : null}
      </span>
    </Option>
  );
}

function Option({ id, chosen, active, onChoose, onPoint, children }: OptionProps & { children: ReactNode }) {
  return (
    // The keys are those of the search field, which holds the focus.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      ref={active ? keepInSight : undefined}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active}
      onClick={onChoose}
      onPointerMove={onPoint}
      className={classNames(
        "flex min-h-8 items-center gap-2 rounded-sm px-2 py-1 text-sm touch:min-h-11",
        active && "bg-hover",
      )}
    >
      {children}
      <span className="flex size-4 shrink-0 text-accent-ink">
        {chosen ? <Check aria-hidden="true" className="size-4" /> : null}
      </span>
    </div>
  );
}

function ListSkeleton() {
  return (
    <div aria-busy="true" className="space-y-3 p-3">
      <output className="sr-only">Loading the models</output>
      <Skeleton className="h-8 w-full" />
      {["w-2/3", "w-1/2", "w-3/5", "w-2/5"].map((width) => (
        <Skeleton key={width} className={`h-3.5 ${width}`} />
      ))}
    </div>
  );
}
