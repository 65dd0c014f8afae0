"""Networks to and from NIR, the format in which libraries for spiking networks exchange them.

NIR describes dynamics in continuous time, such as ``tau dv/dt = v_leak - v + r I``. A `Convention`
says which discretisation turns them into steps; that of this library takes each filter's exact
solution for an input that is constant within a step, with times in seconds. `READERS` and `WRITERS`
hold what other libraries do, which is not always what their graphs say: `to_nir` writes for one of
the first, `from_nir` reads what one of the second wrote. Needs the package `nir`, the extra of the
same name. The site's page on other libraries has the table of their conventions.

Reference: Pedersen et al. 2024 (NIR).
"""

from .convention import READERS, WRITERS, Convention
from .reading import from_nir
from .writing import to_nir

__all__ = ["READERS", "WRITERS", "Convention", "from_nir", "to_nir"]
