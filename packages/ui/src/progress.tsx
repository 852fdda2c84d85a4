import { Progress as Primitive } from "radix-ui";
import { classNames } from "./class-names.ts";

type ProgressProps = {
  label: string;
  /** 0 to 1; null while how much there is remains unknown. */
  value: number | null;
  className?: string;
};

export function Progress({ label, value, className }: ProgressProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <Primitive.Root
      aria-label={label}
      value={percent}
      className={classNames("relative h-1 w-full overflow-hidden rounded-full bg-selected", className)}
    >
      {percent === null ? (
        <Primitive.Indicator className="absolute inset-y-0 w-2/5 animate-slide rounded-full bg-accent" />
      ) : (
        <Primitive.Indicator
          className="size-full rounded-full bg-accent transition-transform duration-300"
          style={{ transform: `translateX(${percent - 100}%)` }}
        />
      )}
    </Primitive.Root>
  );
}
