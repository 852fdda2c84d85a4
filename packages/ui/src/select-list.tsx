import Check from "lucide-react/icons/check";
import { Select as Primitive } from "radix-ui";
import { useFieldAttributes } from "./field.tsx";
import { SelectFace, selectClasses } from "./select-face.tsx";
import type { SelectOption, SelectProps } from "./select-option.ts";

/** A select that opens when it is first drawn. */
export function SelectList({ options, placeholder, className, "aria-label": ariaLabel, ...rest }: SelectProps) {
  const field = useFieldAttributes();
  const groups = [...new Set(options.map((option) => option.group))];
  return (
    <Primitive.Root {...rest} defaultOpen>
      <Primitive.Trigger {...field} aria-label={ariaLabel} className={selectClasses(className)}>
        <SelectFace>
          <Primitive.Value placeholder={placeholder} />
        </SelectFace>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-md bg-raised text-ink shadow-overlay data-[state=open]:animate-pop-in"
        >
          <Primitive.Viewport className="p-1">
            {groups.map((group) => (
              <Primitive.Group key={group ?? ""}>
                {group ? (
                  <Primitive.Label className="px-2 pb-1 pt-2 text-2xs font-medium text-faint">{group}</Primitive.Label>
                ) : null}
                {options
                  .filter((option) => option.group === group)
                  .map((option) => (
                    <SelectItem key={option.value} option={option} />
                  ))}
              </Primitive.Group>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function SelectItem({ option }: { option: SelectOption }) {
  return (
    <Primitive.Item
      value={option.value}
      disabled={option.disabled ?? false}
      className="relative flex min-h-7 select-none items-center gap-2 rounded-xs py-1 pl-2 pr-8 text-sm outline-none data-disabled:text-faint data-disabled:opacity-60 data-highlighted:bg-hover touch:min-h-11"
    >
      {option.icon ? <span className="flex text-muted [&_svg]:size-4">{option.icon}</span> : null}
      <span className="flex min-w-0 flex-col">
        <Primitive.ItemText>{option.label}</Primitive.ItemText>
        {option.hint ? <span className="text-xs text-faint">{option.hint}</span> : null}
      </span>
      <Primitive.ItemIndicator className="absolute right-2 flex text-accent-ink">
        <Check aria-hidden="true" className="size-4" />
      </Primitive.ItemIndicator>
    </Primitive.Item>
  );
}
