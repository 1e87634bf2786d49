import type { PrismaClient } from './generated/prisma/client.js';
import { EXTRACTION_VERSION, type Extraction } from './media-extraction.js';

export interface ExtractedRow {
  id: number;
  extraction: Extraction;
}

/**
 * Writes what was found into the media rows, in one statement. A failure clears what an earlier run may have
 * found: it is not true of this file.
 */
export async function saveExtractions(db: PrismaClient, at: Date, rows: readonly ExtractedRow[]): Promise<void> {
  const values = rows.map(({ id, extraction }) =>
    extraction.ok ? { id, status: 'READY', ...extraction.metadata } : { id, status: 'FAILED', error: extraction.error },
  );
  await db.$executeRaw`
    UPDATE "Media" m SET "metadataStatus" = r.status::"MediaMetadataStatus", "metadataError" = r.error,
      "metadataVersion" = ${EXTRACTION_VERSION}, "extractedAt" = ${at}::timestamptz, format = r.format,
      width = r.width, height = r.height, "byteSize" = r."byteSize", checksum = r.checksum,
      "takenAt" = r."takenAt", orientation = r.orientation, "dominantColor" = r."dominantColor",
      "blurPlaceholder" = r."blurPlaceholder"
    FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) r(id int, status text, error text, format text, width int,
      height int, "byteSize" bigint, checksum text, "takenAt" timestamptz, orientation smallint, "dominantColor" text,
      "blurPlaceholder" text)
    WHERE m.id = r.id`;
}
