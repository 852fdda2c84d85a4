import type { StatementParameters } from "@mindmesh/contracts/query/statements";
import { Checkbox, Input } from "@mindmesh/ui";

type ParametersFormProps = {
  names: readonly string[];
  values: StatementParameters;
  /** Names whose value is missed by what was to be run. */
  missing: readonly string[];
  onChange: (values: StatementParameters) => void;
};

/** The values for `:name` in the text. */
export function ParametersForm({ names, values, missing, onChange }: ParametersFormProps) {
  return (
    <fieldset className="flex max-h-32 shrink-0 flex-wrap gap-x-5 gap-y-2 overflow-y-auto border-t border-line bg-panel px-3 py-2">
      <legend className="sr-only">Parameters</legend>
      {names.map((name) => {
        const value = values[name];
        const isMissed = missing.includes(name) && value === undefined;
        return (
          <div key={name} className="flex items-center gap-2 text-xs">
            <label htmlFor={`parameter-${name}`} className="font-mono text-muted">
              :{name}
            </label>
            <Input
              id={`parameter-${name}`}
              value={value ?? ""}
              disabled={value === null}
              placeholder={value === null ? "NULL" : isMissed ? "needs a value" : ""}
              aria-invalid={isMissed || undefined}
              className="max-w-36 font-mono"
              onChange={(event) => onChange({ ...values, [name]: event.target.value })}
            />
            <Checkbox
              checked={value === null}
              onCheckedChange={(checked) => onChange({ ...values, [name]: checked === true ? null : "" })}
              label="NULL"
            />
          </div>
        );
      })}
    </fieldset>
  );
}
