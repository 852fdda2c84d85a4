import Search from "lucide-react/icons/search";
import X from "lucide-react/icons/x";
import { useRef, type ComponentProps } from "react";
import { IconButton } from "./icon-button.tsx";
import { Input } from "./input.tsx";
import { Spinner } from "./spinner.tsx";

type SearchInputProps = Omit<ComponentProps<typeof Input>, "value" | "onChange" | "type" | "leading" | "trailing"> & {
  value: string;
  onValueChange: (value: string) => void;
  /** Its name for screen readers, and its placeholder unless another is given. */
  label: string;
  busy?: boolean;
};

/** A search box with a button, and Escape, to clear it. */
export function SearchInput({ value, onValueChange, label, busy = false, placeholder, ...rest }: SearchInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const clear = () => {
    onValueChange("");
    input.current?.focus();
  };
  return (
    <Input
      ref={input}
      type="search"
      enterKeyHint="search"
      aria-label={label}
      placeholder={placeholder ?? label}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => onValueChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || value === "") return;
        event.stopPropagation();
        clear();
      }}
      leading={busy ? <Spinner className="size-4" /> : <Search aria-hidden="true" />}
      trailing={
        value === "" ? null : <IconButton size="sm" label="Clear" icon={<X />} tooltip={false} onClick={clear} />
      }
      {...rest}
    />
  );
}
