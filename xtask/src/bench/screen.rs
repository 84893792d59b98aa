//! What is on a display, read from the file that the display's server keeps it in: what is measured by it neither knows
//! of it nor works for it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often is looked.
const LOOK: Duration = Duration::from_millis(1);
/// What has not changed for so long is as it stays.
const STILL: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

/// A display that is written to a file in the X window dump format.
pub struct Screen {
    file: File,
    /// Where the first pixel lies.
    start: u64,
    line_bytes: u64,
    pixel_bytes: u64,
}

/// A part of a display, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: u64,
    pub y: u64,
    pub width: u64,
    pub height: u64,
}

impl Screen {
    pub fn open(file: &Path) -> Result<Self> {
        let file = File::open(file).with_context(|| format!("failed to open \"{}\"", file.display()))?;
        let word = |number: u64| -> Result<u64> {
            let mut word = [0; 4];
            file.read_exact_at(&mut word, number * 4).context("failed to read the display's file")?;
            Ok(u64::from(u32::from_be_bytes(word)))
        };
        /// Bytes of an entry of the colour map.
        const COLOUR: u64 = 12;
        let start = word(0)? + word(19)? * COLOUR;
        let (pixel_bytes, line_bytes) = (word(11)? / 8, word(12)?);
        Ok(Self { file, start, line_bytes, pixel_bytes })
    }

    fn read(&self, area: Area) -> Result<Vec<u8>> {
        let width = usize::try_from(area.width * self.pixel_bytes)?;
        let mut pixels = vec![0; width * usize::try_from(area.height)?];
        for (line, y) in pixels.chunks_exact_mut(width).zip(area.y..) {
            let place = self.start + y * self.line_bytes + area.x * self.pixel_bytes;
            self.file.read_exact_at(line, place).context("failed to read the display's file")?;
        }
        Ok(pixels)
    }

    /// Waits until something is painted in each area and nothing changes there any more. Returns how long after `since`
    /// each first showed what it shows then.
    pub fn settled(&self, areas: &[Area], since: Instant) -> Result<Vec<Duration>> {
        let mut seen = areas.iter().map(|area| Ok((self.read(*area)?, since))).collect::<Result<Vec<_>>>()?;
        loop {
            for (area, seen) in areas.iter().zip(&mut seen) {
                let pixels = self.read(*area)?;
                if pixels != seen.0 {
                    *seen = (pixels, Instant::now());
                }
            }
            let is_settled = |(pixels, at): &(Vec<u8>, Instant)| self.is_painted(pixels) && at.elapsed() > STILL;
            if seen.iter().all(is_settled) {
                return Ok(seen.iter().map(|(_, at)| at.duration_since(since)).collect());
            }
            if since.elapsed() > PATIENCE {
                bail!("nothing was painted in {areas:?} within {PATIENCE:?}");
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until an area is of one colour.
    pub fn cleared(&self, area: Area) -> Result<()> {
        let begun = Instant::now();
        while self.is_painted(&self.read(area)?) {
            if begun.elapsed() > PATIENCE {
                bail!("{area:?} is still painted after {PATIENCE:?}");
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Whether something is to be seen: more than one colour.
    fn is_painted(&self, pixels: &[u8]) -> bool {
        let mut each = pixels.chunks_exact(usize::try_from(self.pixel_bytes).unwrap_or(4));
        let first = each.next();
        each.any(|pixel| Some(pixel) != first)
    }
}
