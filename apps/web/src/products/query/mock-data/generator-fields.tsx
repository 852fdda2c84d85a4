import {
  type Distribution,
  type Generator,
  type MockColumn,
  type MockReference,
  type MockTable,
  meanings,
  type Meaning,
} from "@mindmesh/contracts/query/mock-data";
import { Input, Select } from "@mindmesh/ui";

interface GeneratorFieldsProps {
  column: MockColumn;
  table: MockTable;
  onChange: (generator: Generator) => void;
  /** Another way in which one of the table's references is made. */
  onReference: (at: number, reference: MockReference) => void;
}

const distributionOptions: readonly { value: Distribution["shape"]; label: string }[] = [
  { value: "uniform", label: "Evenly" },
  { value: "normal", label: "Most in the middle" },
  { value: "zipf", label: "A few very often" },
];
const distributions: Record<Distribution["shape"], Distribution> = {
  uniform: { shape: "uniform" },
  normal: { shape: "normal", mean: 0.5, deviation: 0.15 },
  zipf: { shape: "zipf", exponent: 1 },
};

const meaningOptions = meanings.map((value) => ({ value, label: value }));

/** The settings of a generator, in one line. */
export function GeneratorFields({ column, table, onChange, onReference }: GeneratorFieldsProps) {
  const { generator, name } = column;
  switch (generator.kind) {
    case "integer":
    case "decimal":
    case "words":
    case "bytes":
      return (
        <span className="flex items-center gap-1.5">
          <NumberInput
            label={`Smallest of ${name}`}
            value={generator.minimum}
            onChange={(minimum) => onChange({ ...generator, minimum, maximum: Math.max(minimum, generator.maximum) })}
          />
          <span aria-hidden="true">–</span>
          <NumberInput
            label={`Largest of ${name}`}
            value={generator.maximum}
            onChange={(maximum) => onChange({ ...generator, maximum, minimum: Math.min(maximum, generator.minimum) })}
          />
          {"distribution" in generator ? (
            <DistributionSelect
              name={name}
              value={generator.distribution}
              onChange={(distribution) => onChange({ ...generator, distribution })}
            />
          ) : null}
        </span>
      );
    case "sequence":
      return (
        <span className="flex items-center gap-1.5 text-xs text-muted">
          from
          <NumberInput
            label={`First of ${name}`}
            value={generator.start}
            onChange={(start) => onChange({ ...generator, start: Math.round(start) })}
          />
        </span>
      );
    case "boolean":
      return (
        <span className="flex items-center gap-1.5 text-xs text-muted">
          <NumberInput
            label={`Percent of yes in ${name}`}
            value={Math.round(generator.trueShare * 100)}
            onChange={(percent) => onChange({ ...generator, trueShare: Math.max(0, Math.min(100, percent)) / 100 })}
          />
          % yes
        </span>
      );
    case "meaning":
      return (
        <Select
          aria-label={`Meaning of ${name}`}
          options={meaningOptions}
          value={generator.meaning}
          onValueChange={(meaning) => onChange({ ...generator, meaning: meaning as Meaning })}
        />
      );
    case "list":
      return (
        <Input
          aria-label={`Values of ${name}, with commas between them`}
          defaultValue={generator.values
            .map(({ value, weight }) => `${value}:${Number(weight.toPrecision(3))}`)
            .join(", ")}
          onBlur={(event) => {
            const values = listOf(event.target.value);
            if (values.length > 0) onChange({ ...generator, values });
          }}
        />
      );
    case "pattern":
      return (
        <TextInput
          label={`Pattern of ${name}`}
          value={generator.pattern}
          onChange={(pattern) => onChange({ ...generator, pattern })}
        />
      );
    case "template":
      return (
        <TextInput
          label={`Text of ${name}`}
          value={generator.template}
          onChange={(template) => onChange({ ...generator, template })}
        />
      );
    case "expression":
      return (
        <TextInput
          label={`Expression of ${name}`}
          value={generator.expression}
          onChange={(expression) => onChange({ ...generator, expression })}
        />
      );
    case "time":
      return (
        <span className="flex items-center gap-1.5">
          <Input
            type="date"
            aria-label={`First day of ${name}`}
            value={generator.from.slice(0, 10)}
            onChange={(event) => onChange({ ...generator, from: event.target.value || generator.from })}
          />
          <Input
            type="date"
            aria-label={`Last day of ${name}`}
            value={generator.to.slice(0, 10)}
            onChange={(event) => onChange({ ...generator, to: event.target.value || generator.to })}
          />
        </span>
      );
    case "after":
      return <span className="text-xs text-faint">after {generator.column}</span>;
    case "reference": {
      const reference = table.references[generator.reference];
      return reference ? (
        <span className="flex items-center gap-1.5">
          <span className="min-w-0 truncate text-xs text-muted">{reference.to.name}</span>
          <DistributionSelect
            name={name}
            value={reference.distribution}
            onChange={(distribution) => onReference(generator.reference, { ...reference, distribution })}
          />
        </span>
      ) : null;
    }
    default:
      return null;
  }
}

type DistributionSelectProps = { name: string; value: Distribution; onChange: (value: Distribution) => void };

function DistributionSelect({ name, value, onChange }: DistributionSelectProps) {
  return (
    <Select
      aria-label={`How values of ${name} lie`}
      className="min-w-36 max-w-44"
      options={distributionOptions}
      value={value.shape}
      onValueChange={(shape) => onChange(distributions[shape as Distribution["shape"]])}
    />
  );
}

function NumberInput({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <Input
      type="number"
      aria-label={label}
      className="min-w-20 max-w-24"
      value={String(value)}
      onChange={(event) => {
        const number = Number(event.target.value);
        if (Number.isFinite(number)) onChange(number);
      }}
    />
  );
}

function TextInput({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Input
      aria-label={label}
      className="font-mono text-xs"
      value={value}
      onChange={(event) => event.target.value !== "" && onChange(event.target.value)}
    />
  );
}

/** `red:3, blue` as values with weights; 1 where none is given. */
const listOf = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [, value = part, weight] = /^(.*?)(?::([\d.]+))?$/.exec(part) ?? [];
      return { value, weight: Number(weight) > 0 ? Number(weight) : 1 };
    });
