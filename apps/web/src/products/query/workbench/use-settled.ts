import { useEffect, useState } from "react";

const pauseMilliseconds = 180;

/** The value once it has stood still for a moment. */
export function useSettled<T>(value: T) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMilliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
