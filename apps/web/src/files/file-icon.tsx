import File from "lucide-react/icons/file";
import FileCode from "lucide-react/icons/file-code";
import FileSpreadsheet from "lucide-react/icons/file-spreadsheet";
import FileText from "lucide-react/icons/file-text";
import Image from "lucide-react/icons/image";

/** The sign of a kind of file. */
export function FileIcon({ mediaType, className }: { mediaType: string; className?: string }) {
  const Icon = mediaType.startsWith("image/")
    ? Image
    : /sheet|csv|excel/.test(mediaType)
      ? FileSpreadsheet
      : /json|javascript|xml|html|x-/.test(mediaType)
        ? FileCode
        : /pdf|word|text|rtf/.test(mediaType)
          ? FileText
          : File;
  return <Icon aria-hidden="true" className={className} />;
}
