"""The shares of the simulated market. All names and symbols are invented."""

from typing import NamedTuple


class Company(NamedTuple):
    symbol: str
    name: str
    sector: str
    industry: str


INDEX = Company("DMIX", "Demo Market Index", "", "")

# sector: industry: symbol name, ...
_TABLE = {
    "Information Technology": {
        "Semiconductors": """
            AVLX Avelix Semiconductor; PLVR Polvera Devices; RDMQ Redmarque Circuits; SLTQ Saltquay Semiconductor;
            HXPT Hexaport Microchips; OPQX Optiquex Photonics; TRVL Trivalle Silicon""",
        "Software": """
            KDRX Keldrix Software; CYVL Cyvelle Software; GDNS Gradonis; FLXO Folixo; KNVL Kernvale Software; GFNX Glyfonex;
            CBTR Cobaltree Software; ECLV Eclaval Security; NUMQ Numaqua Analytics; STQC Stratiqua Cloud""",
        "IT Services": """
            ORVN Orvanta Data; DTHV Dathaven; IVRO Invarro Systems; UMBL Umbrielle Technologies; TSMR Tessamir Services""",
        "Hardware and Equipment": """
            VNTQ Vantoque Networks; ZYNV Zynvera Networks; MBRQ Mabriq Computers; BYTW Bytelow Storage; LQTR Liquatra Instruments;
            TQLA Torquela Robotics; NDBR Nordbrae Computing; WVFW Wavefarrow Electronics; PXMD Pixamond Displays; MCLH Macrolith""",
    },
    "Industrials": {
        "Aerospace and Defense": "HLKN Halcken Aerospace; STVX Stavix Defense; ORLD Orlandre Aviation; VXTD Vextead Systems",
        "Machinery": """
            GRBW Grabow Machine; TLMQ Talmarq Tools; BKHM Brackham Industries; FRDQ Fordqvist Pumps; DRNV Dranover Equipment;
            KSTL Kestrelle Hydraulics; WNDM Windermoor Turbine""",
        "Transportation": "RVLN Ravelin Freight; NKSB Northkasb Rail; PTHQ Pathquay Logistics; SKFR Skyferry Air; CRTW Cartwynne Trucking",
        "Building Products": "MSNB Masonbrook; OAKV Oakvere Homesystems; GLZR Glazier Ridge; TMBQ Timberquist",
        "Electrical Equipment": "VLTM Voltamere; AMPQ Amperque; CNDX Conduxion Power; GDWR Gridware Dynamics",
        "Commercial Services": "CLBW Clearbarrow Services; WSTV Wastevale; STFW Staffwell Partners",
    },
    "Financials": {
        "Banks": """
            ALDB Aldbrook Bancorp; HMST Harmstead Financial; NVRB Neverbend Bank; FRBK Farbrook Bancshares; CRNF Cornfell Bancorp;
            MDWQ Meadowquay Bank; RVBN Riverbannon Financial; STGB Stagbourne Trust""",
        "Capital Markets": "HLBX Holbexx Markets; QRNC Querence Advisers; TNSD Tensdale Capital; BLWK Bellwick Partners; VRDN Veridane",
        "Insurance": """
            SFHV Safehaven Mutual; PRDX Prudexa Insurance; KNGM Kingsmere Casualty; LFBR Lifebarrow; RNSK Reinsker Holdings;
            ASRV Assurvale""",
        "Consumer Finance": "CRDW Creditwell; LNDQ Lendaqua; PYLX Paylixo; MNYB Moneybarrow",
        "Financial Services": "EXCV Excavo Exchange; LDGB Ledgerbourne; CSTV Custovale Trust",
    },
    "Health Care": {
        "Biotechnology": "GNVQ Genvaqua; CLTX Celtixa Bio; PRTM Protemyra; IMNV Imunova; ONXL Onyxell; NRVX Nervexa; VCCD Vaccida",
        "Pharmaceuticals": "MRDP Meridaph; HLXP Helixphor; SYNQ Synaquil; ARVD Arvedia Pharma; KLNT Kalentis",
        "Medical Devices": "CRDV Cardivere; ORTQ Orthoqueste; SRGL Surgelle; DGNX Diagnexa; LMBR Lumbright; VSCX Viscerix; PLSM Pulsamere",
        "Health Care Services": "CRWL Carewell Networks; HSPV Hospivale; NRSB Nursebridge; LBQT Labquant; MDPX Medipexa; WLNS Wellanse",
    },
    "Consumer Discretionary": {
        "Retail": "BRMR Bramoor Stores; SHPV Shopvale; ATTQ Attiqua; HMGD Homegarde; WRDB Wardbourne; TRNK Trunkwell Outdoor",
        "Apparel": "LNWV Linenweave; FTRN Footrunne; VLVT Velvetine Brands; DNMR Denimore",
        "Restaurants and Leisure": "GRLD Grillandre; CFVL Cafevale; CRSW Cruisewynd; RSRT Resortane; PLYQ Playquist; GMBT Gambette Casinos",
        "Automobiles and Parts": "MTRV Motorvale; AXLQ Axlequist; BTRC Batteriac Motors",
        "Household Durables": "HBTN Habiton Homes; FRNX Furnexa; KTCH Kitchenmere",
    },
    "Consumer Staples": {
        "Food and Beverage": """
            GRNF Grainfellow Foods; ORCH Orchardane; MLKW Milkwynd Dairy; SNKB Snackbarrow; BRWV Brewvale; SPRQ Springquell Water;
            MTLD Meatland Provisions""",
        "Household Products": "SPNX Soapenix; CLNV Cleanvere; BTYQ Beautiqua; DPRL Diaperelle",
        "Food Retail": "GRCB Grocerbay; MRTW Martwell Markets; PNTV Pantrevale",
    },
    "Energy": {
        "Oil and Gas": """
            BLKF Blackfen Oil; DPWL Deepwelle; PRMX Permexa Resources; GSHV Gashaven; CRDQ Crudequay; SHLQ Shaleland;
            NTHW Northwell Petroleum; RGFN Refignon""",
        "Energy Services": "DRLQ Drilliqua; RGWK Rigwork Services; PPVN Pipevane Midstream; TNKB Tankbourne Shipping",
    },
    "Materials": {
        "Chemicals": "CHMV Chemivale; PLYX Polyxane; FRTL Fertillion; SLVQ Solvaqua; RSNB Resinbrook",
        "Metals and Mining": "CPRV Coppervale; IRNQ Ironquarry; GDWY Goldwynd Mining; STLM Steelmarch; LTHX Lithexa",
        "Packaging": "BXCR Boxcraven; PPRV Papervale",
    },
    "Utilities": {
        "Electric": "BRTL Brightlow; EVGR Evergrid Power; TIDW Tidewynd Light; NVLT Novolt Energy; STHE Southelm Electric; HYDV Hydrovale",
        "Gas and Water": "AQVL Aquavale Water; GSLN Gaslane; WTRB Waterbarrow; FLMC Flamecrest Gas",
    },
    "Real Estate": {
        "Office and Industrial": "TWRQ Towerquay Properties; WRHV Warehaven; OFCB Officebrook Trust; LGSV Logistivale",
        "Residential and Retail": "APTW Apartwell; MLLQ Mallquist Centers; HMLX Homelexa Trust; STRV Storevane",
        "Specialized": "TWRC Towercast Sites; DTCV Datacavern Trust",
    },
    "Communication Services": {
        "Media and Entertainment": "STDV Studiovale; GMFX Gamefoxx; NWSB Newsbarrow; STRX Streamlix; ADVQ Adverquay; SCLB Socialbeam",
        "Telecommunication": "TLVX Televixa; CBLQ Cablequest; FBRV Fibervale; MBLW Mobilwynd",
    },
}


def _read() -> list[Company]:
    companies = []
    for sector, industries in _TABLE.items():
        for industry, listed in industries.items():
            for entry in listed.split(";"):
                symbol, name = entry.split(maxsplit=1)
                companies.append(Company(symbol, " ".join(name.split()), sector, industry))
    return companies


COMPANIES = _read()
SECTORS = list(_TABLE)
