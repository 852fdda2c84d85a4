import ChevronLeft from "lucide-react/icons/chevron-left";
import ChevronRight from "lucide-react/icons/chevron-right";
import { classNames } from "./class-names.ts";
import { IconButton } from "./icon-button.tsx";

type PaginationProps = {
  /** From 1. */
  page: number;
  pageCount: number;
  onPageChange: (page: number) => void;
  className?: string;
};

export function Pagination({ page, pageCount, onPageChange, className }: PaginationProps) {
  return (
    <nav aria-label="Pages" className={classNames("flex items-center justify-end gap-1", className)}>
      <span className="mr-2 text-xs tabular-nums text-faint">
        Page {page} of {pageCount}
      </span>
      <IconButton
        size="sm"
        label="Previous page"
        icon={<ChevronLeft />}
        disabled={page <= 1}
        onClick={() => onPageChange(page - 1)}
      />
      <IconButton
        size="sm"
        label="Next page"
        icon={<ChevronRight />}
        disabled={page >= pageCount}
        onClick={() => onPageChange(page + 1)}
      />
    </nav>
  );
}
